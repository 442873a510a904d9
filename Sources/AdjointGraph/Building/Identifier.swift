import AdjointCore

/// The names of nodes, ports, graphs and dimensions: one rule for whoever makes, reads or checks a
/// graph, so that every name that can be built can be written and read back.
package enum Identifier {
  /// Whether it is letters, digits, `_` and `.`, beginning with a letter or `_`, and not too long.
  package static func isValid(_ name: String) -> Bool {
    guard let first = name.utf8.first, isHead(first) else { return false }
    return name.utf8.count <= GraphLimits.nameBytes && name.utf8.allSatisfy(isBody)
  }

  /// Whether a dimension may have the name; `inf` and `nan` would be read as numbers.
  package static func isValidDimension(_ name: String) -> Bool {
    isValid(name) && name != "inf" && name != "nan"
  }

  /// What is wrong with a name, nil where nothing is; `what` begins the sentence.
  package static func fault(in name: String, _ what: String) -> String? {
    if isValid(name) { return nil }
    if name.utf8.count > GraphLimits.nameBytes {
      return "\(what) has at most \(GraphLimits.nameBytes) bytes, and '\(name.excerpt)' has "
        + "\(name.utf8.count); choose a shorter name"
    }
    return "\(what) is letters, digits, _ and ., beginning with a letter or _, and "
      + "'\(name.excerpt)' is not"
  }

  /// What is wrong with the name of a dimension of a type, nil where nothing is.
  package static func fault(inDimensionsOf type: TensorType) -> String? {
    for case .named(let name) in type.shape.dimensions where !isValidDimension(name) {
      return fault(in: name, "the name of a dimension")
        ?? "'\(name)' is a number and no name for a dimension; choose another name"
    }
    return nil
  }

  package static func isHead(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  package static func isBody(_ byte: UInt8) -> Bool {
    isHead(byte) || byte == UInt8(ascii: ".")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
