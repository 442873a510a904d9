import AdjointCore

/// A value of an operator's attribute, as the text form writes it.
package enum AttributeValue: Hashable, Sendable {
  case integer(Int)
  /// `0.5`, `inf`
  case floating(NumberLiteral)
  case bool(Bool)
  case text(String)
  /// `[B, 784]`: extents, axes and other lists of whole numbers.
  case dimensions([Dimension])
  /// `[0.5, 1]`: a list with a floating-point number.
  case numbers([NumberLiteral])
  case scalarType(ScalarType)
  case type(TensorType)
  /// `@layer`: a function of the graph.
  case function(Function)
}

/// The attributes of an operator in the order in which they print.
package struct AttributeList: Hashable, Sendable {
  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var value: AttributeValue
  }

  package private(set) var attributes: [Attribute] = []

  package init() {}

  /// Attributes in order; those that are nil are left out.
  package init(_ attributes: KeyValuePairs<String, AttributeValue?>) {
    for case (let name, let value?) in attributes { append(name, value) }
  }

  package mutating func append(_ name: String, _ value: AttributeValue) {
    attributes.append(Attribute(name: name, value: value))
  }

  package var isEmpty: Bool { attributes.isEmpty }

  package subscript(name: String) -> AttributeValue? {
    attributes.first { $0.name == name }?.value
  }

  /// The same attributes with named dimensions replaced by numbers.
  package func binding(_ extents: [String: Int]) -> AttributeList {
    substituting(extents.mapValues { .fixed($0) })
  }

  /// The same attributes with dimensions in place of names.
  func substituting(_ substitution: [String: Dimension]) -> AttributeList {
    var copy = self
    for index in copy.attributes.indices {
      switch copy.attributes[index].value {
      case .dimensions(let dimensions):
        copy.attributes[index].value = .dimensions(
          Shape(dimensions).substituting(substitution).dimensions)
      case .type(let type):
        copy.attributes[index].value = .type(type.substituting(substitution))
      // The dimensions of a function have names of its own.
      case .integer, .floating, .bool, .text, .numbers, .scalarType, .function: continue
      }
    }
    return copy
  }
}

extension AttributeList {
  /// The functions among the values.
  package var functions: [Function] {
    attributes.compactMap { if case .function(let function) = $0.value { function } else { nil } }
  }

  /// Puts another function in the place of each.
  mutating func replaceFunctions(by replacement: (Function) -> Function) {
    for index in attributes.indices {
      guard case .function(let function) = attributes[index].value else { continue }
      attributes[index].value = .function(replacement(function))
    }
  }
}

// What an operator's initializer asks of its attributes. Each throws `.invalidAttribute` that names
// the attribute and the kind of value wanted.
extension AttributeList {
  /// Refuses attributes that the operator does not have.
  package func allowOnly(_ names: String...) throws(Diagnostic) {
    for attribute in attributes where !names.contains(attribute.name) {
      let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
      throw Diagnostic(
        .invalidAttribute, "the operator has no attribute \(attribute.name); \(known)")
    }
    for name in names where attributes.count(where: { $0.name == name }) > 1 {
      throw Diagnostic(.invalidAttribute, "the attribute \(name) is given twice; give it once")
    }
  }

  package func integer(_ name: String) throws(Diagnostic) -> Int {
    guard case .integer(let value) = try required(name) else {
      throw wrongKind(name, "a whole number")
    }
    return value
  }

  package func number(_ name: String) throws(Diagnostic) -> NumberLiteral {
    switch try required(name) {
    case .floating(let value): return value
    case .integer(let value): return NumberLiteral(value)
    default: throw wrongKind(name, "a number")
    }
  }

  package func bool(_ name: String) throws(Diagnostic) -> Bool {
    guard case .bool(let value) = try required(name) else {
      throw wrongKind(name, "true or false")
    }
    return value
  }

  package func text(_ name: String) throws(Diagnostic) -> String {
    guard case .text(let value) = try required(name) else {
      throw wrongKind(name, "a text in quotes")
    }
    return value
  }

  package func scalarType(_ name: String) throws(Diagnostic) -> ScalarType {
    guard case .scalarType(let value) = try required(name) else {
      throw wrongKind(name, "a scalar type such as f32")
    }
    return value
  }

  package func type(_ name: String) throws(Diagnostic) -> TensorType {
    guard case .type(let value) = try required(name) else {
      throw wrongKind(name, "a type such as f32[3]")
    }
    return value
  }

  package func shape(_ name: String) throws(Diagnostic) -> Shape {
    guard case .dimensions(let value) = try required(name) else {
      throw wrongKind(name, "a list of extents such as [B, 784]")
    }
    return Shape(value)
  }

  /// A list of whole numbers, or nil where the attribute is absent.
  package func optionalIntegers(_ name: String) throws(Diagnostic) -> [Int]? {
    guard self[name] != nil else { return nil }
    return try integers(name)
  }

  package func integers(_ name: String) throws(Diagnostic) -> [Int] {
    guard case .dimensions(let value) = try required(name), let numbers = Shape(value).extents
    else {
      throw wrongKind(name, "a list of whole numbers such as [0, 1]")
    }
    return numbers
  }

  package func function(_ name: String) throws(Diagnostic) -> Function {
    guard case .function(let value) = try required(name) else {
      throw wrongKind(name, "a function such as @layer")
    }
    return value
  }

  private func required(_ name: String) throws(Diagnostic) -> AttributeValue {
    guard let value = self[name] else {
      throw Diagnostic(.invalidAttribute, "the attribute \(name) is missing; give \(name) = …")
    }
    return value
  }

  private func wrongKind(_ name: String, _ wanted: String) -> Diagnostic {
    Diagnostic(.invalidAttribute, "the attribute \(name) must be \(wanted)")
  }
}

extension Shape {
  /// The shape with the names that `extents` has replaced by numbers.
  package func binding(_ extents: [String: Int]) -> Shape {
    substituting(extents.mapValues { .fixed($0) })
  }
}

extension TensorType {
  /// The type with the names that `extents` has replaced by numbers.
  package func binding(_ extents: [String: Int]) -> TensorType {
    TensorType(scalarType, shape.binding(extents))
  }
}
