import Adjoint
import AdjointGraph
import AdjointOperators
import Foundation

/// The text of an operator's page.
struct PageText {
  private let sample: PageSample
  private var page: OperatorPage { sample.page }

  init(_ sample: PageSample) { self.sample = sample }

  var markdown: String {
    get throws {
      let parts =
        [
          "# \(page.name)", page.summary, block(page.formula),
        ] + operands + ["**Result.** \(page.result)"] + attributes + (try expansion)
        + (try derivative) + (try boundaries) + (try example)
      return parts.joined(separator: "\n\n") + "\n"
    }
  }

  private func block(_ lines: String...) -> String { block(lines) }

  private func block(_ lines: [String], _ language: String = "") -> String {
    "```\(language)\n\(lines.joined(separator: "\n"))\n```"
  }

  private var operands: [String] {
    if page.operands.isEmpty { return [] }
    var table = ["| operand | shape | scalar types |", "|---|---|---|"]
    for (place, operand) in page.operands.enumerated() {
      let inputs = page.example.inputs
      // Of operands that the example does without, those of the first.
      let types = (place < inputs.count ? inputs[place] : inputs.first).map { input in
        sample.acceptedTypes(inPlaceOf: input.scalarType).map(\.rawValue).joined(separator: ", ")
      }
      table.append("| \(operand.name) | \(operand.text) | \(types ?? "") |")
    }
    return [table.joined(separator: "\n")]
  }

  private var attributes: [String] {
    if page.attributes.isEmpty { return [] }
    let kind = sample.operation == nil ? "argument" : "attribute"
    let rows = page.attributes.map { "| `\($0.name)` | \($0.text) |" }
    return [(["| \(kind) | |", "|---|---|"] + rows).joined(separator: "\n")]
  }

  /// What a composite stands for.
  private var expansion: [String] {
    get throws {
      guard sample.operation?.composite != nil else { return [] }
      return ["It stands for", block(try sample.expansionNodes)]
    }
  }

  private var derivative: [String] {
    get throws {
      var parts = ["## Derivative"]
      if let kind { parts.append(kind) }
      let formulas = page.reverse + (page.forward.isEmpty ? [] : [page.forward])
      if !formulas.isEmpty { parts.append(block(formulas)) }
      if sample.sources.isEmpty {
        if kind == nil { parts.append("It has no derivative.") }
        return parts
      }
      let which = sample.sources.joined(separator: ", ")
      parts.append("For the example below, with respect to \(which), reverse mode writes")
      parts.append(block(try sample.nodes(.reverse)))
      parts.append("and forward mode")
      parts.append(block(try sample.nodes(.forward)))
      return parts
    }
  }

  /// How the operator states its derivative.
  private var kind: String? {
    switch sample.operation?.derivative {
    case nil: nil
    case .zero?: "The derivative is 0 everywhere: neither mode passes through."
    case .stopped?: "It counts as a constant: neither mode passes through."
    case .partials?: "Both modes follow from the partial derivatives, element by element."
    case .movement?:
      "It is linear, and no coefficient is negative: forward mode applies it to the tangents, reverse "
        + "mode its transpose."
    case .linear?:
      "It is linear: forward mode applies it to the tangents, reverse mode its transpose."
    case .multilinear?:
      "It is linear in each operand: forward mode applies it to one tangent after the other, reverse "
        + "mode its transposes."
    case .rules?: "Both modes are written out."
    }
  }

  private var boundaries: [String] {
    get throws {
      let table = try boundaryTable
      if page.conventions.isEmpty, table == nil { return [] }
      var parts = ["## Conventions"]
      if !page.conventions.isEmpty {
        parts.append(page.conventions.map { "- \($0)" }.joined(separator: "\n"))
      }
      if let table { parts.append(table) }
      return parts
    }
  }

  private static let unaryPoints: [[Double]] = [
    [-.infinity], [-1], [-0.0], [0], [1], [.infinity], [.nan],
  ]
  private static let binaryPoints: [[Double]] = [
    [0, 0], [1, 0], [-1, 0], [0, -1], [2, 2], [-2, 3], [-8, 0.5], [.infinity, .infinity],
    [1, .nan], [.nan, 1],
  ]

  /// Values and derivatives at zeros, infinities and NaN, of functions of single elements of f64.
  private var boundaryTable: String? {
    get throws {
      let inputs = page.example.inputs
      guard page.area == .elementwise || page.area == .composite, 1...2 ~= inputs.count,
        inputs.allSatisfy({ $0.scalarType == .f64 && $0.extents.count == 1 }),
        try sample.graph.outputs[0].type.boundExtents() == inputs[0].extents
      else { return nil }
      let points = inputs.count == 1 ? Self.unaryPoints : Self.binaryPoints
      var graph = try PageSample.graph(page, sample.output, extents: [points.count])
      if !sample.sources.isEmpty {
        graph = try graph.differentiated(
          sample.output, withRespectTo: inputs.map(\.name), options: .zeros)
      }
      var tensors: [String: Tensor] = [:]
      for (place, input) in inputs.enumerated() {
        tensors[input.name] = try Tensor(points.map { $0[place] })
      }
      let outputs = try GraphInterpreter.evaluate(
        graph, PageSample.filled(graph, tensors)
      ).outputs
      let names =
        [sample.output]
        + (sample.sources.isEmpty ? [] : inputs.map { "gradient.\($0.name)" })
      let columns = try names.map { name in
        try PageNumber.elements(outputs[name] ?? Tensor([Double]()))
      }
      let heads =
        inputs.map(\.name) + [sample.output]
        + (sample.sources.isEmpty ? [] : inputs.map { "∂\(sample.output)/∂\($0.name)" })
      var rows = [
        heads.joined(separator: " | "), heads.map { _ in "---" }.joined(separator: " | "),
      ]
      for (row, point) in points.enumerated() {
        let cells = point.map { PageNumber.text($0) } + columns.map { $0[row] }
        rows.append(cells.joined(separator: " | "))
      }
      return rows.map { "| \($0) |" }.joined(separator: "\n")
    }
  }

  private var example: [String] {
    get throws {
      let tensors = try sample.tensors
      var parts = ["## Example", block([sample.graph.description.trimmed], "")]
      let given = page.example.inputs.compactMap { input in
        tensors[input.name].map { "\(input.name) = \(PageNumber.text($0))" }
      }
      var results: [String] = []
      let outputs = try GraphInterpreter.evaluate(sample.graph, tensors).outputs
      if let value = outputs[sample.output] {
        results.append("\(sample.output): \(value.type) = \(PageNumber.text(value))")
      }
      if !sample.sources.isEmpty {
        let derivative = try sample.graph.differentiated(
          sample.output, withRespectTo: sample.sources)
        let gradients = try GraphInterpreter.evaluate(
          derivative, PageSample.filled(derivative, tensors)
        ).outputs
        for source in sample.sources {
          if let gradient = gradients["gradient.\(source)"] {
            results.append("gradient.\(source) = \(PageNumber.text(gradient))")
          }
        }
      }
      let cotangent = sample.sources.isEmpty ? "" : ", and with the cotangent 1 everywhere,"
      parts.append(
        given.isEmpty ? "It gives" : "For \(given.joined(separator: ", "))\(cotangent) it gives")
      parts.append(block(results))
      if let body = swift {
        parts += [
          "In Swift:", block(["let builder = GraphBuilder(\"\(page.name)\")"] + body, "swift"),
        ]
      } else {
        parts.append(
          "Derivative rules and functions such as `mean` write it; there is no function for it alone in Swift."
        )
      }
      return parts
    }
  }

  /// The lines of the Swift example, nil where there is no function.
  var swift: [String]? {
    guard let expression = page.example.swift else { return nil }
    let inputs = page.example.inputs.map { input in
      let shape = input.extents.map(String.init).joined(separator: ", ")
      return
        "let \(input.name) = builder.input(\"\(input.name)\", .\(input.scalarType), [\(shape)])"
    }
    return inputs + ["builder.output(\"\(sample.output)\", \(expression))"]
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

extension PageNumber {
  /// One text for each element.
  static func elements(_ tensor: Tensor) -> [String] {
    tensor.doubles.map { number in
      tensor.scalarType == .bool ? (number == 0 ? "false" : "true") : text(number)
    }
  }
}
