import AdjointCore

/// What the documentation says of an operator, or of a function over values, beside what follows from its
/// declaration.
///
/// Scalar types, the kind of the derivative, the nodes that both modes write, and all numbers are not
/// stated here: whoever writes the page finds them out.
package struct OperatorPage: Sendable {
  /// The part of the reference that a page stands in.
  package enum Area: String, Sendable, CaseIterable {
    case elementwise, structure, indexing, reduction, linear, composite
  }

  /// Something with a name, and what there is to say of it.
  package struct Part: Sendable {
    package let name: String
    package let text: String

    package init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// An input of the example, with its elements row by row; truth values are 0 and 1.
  package struct Input: Sendable {
    package let name: String
    package let scalarType: ScalarType
    package let extents: [Int]
    package let elements: [Double]

    /// A list, unless extents are given.
    package init(
      _ name: String, _ scalarType: ScalarType = .f64, _ extents: [Int]? = nil,
      elements: [Double]
    ) {
      self.name = name
      self.scalarType = scalarType
      self.extents = extents ?? [elements.count]
      self.elements = elements
    }
  }

  /// A value computed from the inputs, in Swift as a user writes it, and as it is run.
  package struct Example: Sendable {
    package let inputs: [Input]
    /// An expression over the names of the inputs and `builder`, nil where there is no public function.
    package let swift: String?
    package let build: @Sendable (GraphBuilder, [Value]) -> Value

    package init(
      _ inputs: [Input], _ swift: String?,
      _ build: @escaping @Sendable (GraphBuilder, [Value]) -> Value
    ) {
      self.inputs = inputs
      self.swift = swift
      self.build = build
    }
  }

  package let name: String
  package let area: Area
  /// One sentence.
  package let summary: String
  package let formula: String
  /// Each with the shapes that it may have.
  package let operands: [Part]
  /// Shape and type.
  package let result: String
  package let attributes: [Part]
  /// The cotangents of the operands; empty where there are none.
  package let reverse: [String]
  /// The tangent of the result; empty where there is none.
  package let forward: String
  /// Conventions at kinks, poles, infinities, NaN, and extents of 0.
  package let conventions: [String]
  package let example: Example

  package init(
    _ name: String, _ area: Area, _ summary: String, formula: String, operands: [Part],
    result: String, attributes: [Part] = [], reverse: [String] = [], forward: String = "",
    conventions: [String] = [], example: Example
  ) {
    self.name = name
    self.area = area
    self.summary = summary
    self.formula = formula
    self.operands = operands
    self.result = result
    self.attributes = attributes
    self.reverse = reverse
    self.forward = forward
    self.conventions = conventions
    self.example = example
  }
}
