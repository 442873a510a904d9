import Adjoint

/// Times as text.
enum TimeText {
  /// Three digits or so, in the unit that suits: `12.3 µs`.
  static func short(_ seconds: Double) -> String {
    let units = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)]
    let (name, unit) = units.first { seconds >= $0.1 } ?? ("ns", 1e-9)
    let value = seconds / unit
    return "\(NumberText.fixed(value, decimals: value < 10 ? 2 : value < 100 ? 1 : 0)) \(name)"
  }
}

extension Profile.Step {
  /// The places of its nodes, lines of one file together: `layer.graph:8,9,11`.
  var placeSummary: String {
    var files: [String] = []
    var lines: [String: [Int]] = [:]
    for location in nodes.compactMap(\.location) {
      if lines[location.file] == nil { files.append(location.file) }
      if !lines[location.file, default: []].contains(location.line) {
        lines[location.file, default: []].append(location.line)
      }
    }
    return files.map { file in
      let numbers = (lines[file] ?? []).sorted().map(String.init)
      let shown = numbers.count <= 8 ? numbers : numbers.prefix(4) + ["…"] + numbers.suffix(3)
      return "\(file):\(shown.joined(separator: ","))"
    }.joined(separator: " ")
  }
}

extension Profile {
  /// All of it but what the threads did when.
  var json: JSONValue {
    .object([
      "graph": .text(graph), "dimensions": .object(dimensions.mapValues { .integer($0) }),
      "threads": .integer(threads), "repeats": .integer(repeats), "statistic": .text("median"),
      "seconds": .number(seconds), "watchedSeconds": .number(watchedSeconds),
      "clockSeconds": .number(clockSeconds),
      "madeUp": .array(assumptions.map { .text($0) }),
      "machine": .object([
        "operationsPerSecond": .number(limits.operationsPerSecond),
        "bytesPerSecond": .number(limits.bytesPerSecond), "threads": .integer(limits.threads),
        "type": .text(limits.scalarType.rawValue), "measuredWith": .text(limits.summary),
      ]),
      "steps": .array(steps.map(\.json)),
    ])
  }
}

extension Profile.Step {
  fileprivate var json: JSONValue {
    .object([
      "step": .integer(number), "kernelNumber": .integer(kernelNumber), "kernel": .text(kernel),
      "seconds": .number(seconds), "share": .number(share),
      "operations": .integer(operationCount), "functions": .integer(functionCount),
      "bytes": .integer(byteCount), "operationsPerSecond": .number(operationsPerSecond),
      "bytesPerSecond": .number(bytesPerSecond), "threads": .integer(threadCount),
      "nodes": .array(
        nodes.map { node in
          .object([
            "node": .text(node.name), "operator": .text(node.mnemonic),
            "type": .text(node.type.description),
            "location": node.location.map { .text($0.description) } ?? .null,
            "role": node.provenance.map { .text($0.role.rawValue) } ?? .null,
            "of": node.provenance.map { .text($0.node) } ?? .null,
          ])
        }),
    ])
  }
}
