import Adjoint
import Testing

/// Functions of the corpus compiled as one graph, so that many cost little more than one.
struct CorpusBatch {
  /// A number that is not what it must be.
  struct Miss: CustomStringConvertible {
    var function: String
    var point: Int
    var quantity: CorpusFunction.Quantity
    var detail: String

    /// Which number it is.
    var place: String { "\(function)[\(point)] \(quantity.rawValue)" }
    var description: String { "\(place) \(detail)" }
  }

  private let functions: [(function: CorpusFunction, derivatives: CorpusDerivatives)]
  private let context: ExecutionContext

  init(
    _ members: [CorpusFunction], backend: Backend, order: (Int) -> CorpusDerivatives.Order
  ) throws {
    var functions: [(CorpusFunction, CorpusDerivatives)] = []
    let merger = GraphMerger()
    for (index, function) in members.enumerated() {
      let derivatives = try CorpusDerivatives(function, order: order(index))
      try merger.add(derivatives.graph, prefix: "f\(index).")
      functions.append((function, derivatives))
    }
    self.functions = functions
    let options = CompilationOptions(threads: 1, backend: backend)
    context = try merger.builder.build().compiled(options).makeContext()
  }

  /// Runs every point of every function and compares.
  ///
  /// - Parameter bounds: What is allowed beyond the tolerance, by the place of a miss.
  func misses(allowing bounds: [String: CorpusBound] = [:]) throws -> [Miss] {
    var misses: [Miss] = []
    for point in 0..<(functions.map(\.function.points.count).max() ?? 0) {
      for (index, member) in functions.enumerated() {
        try give(member.function.points[Swift.min(point, member.function.points.count - 1)], index)
      }
      try context.run()
      for (index, member) in functions.enumerated()
      where point < member.function.points.count {
        misses += try compare(member.function, point, index, member.derivatives, bounds)
      }
    }
    return misses
  }

  private func give(_ point: CorpusFunction.Point, _ index: Int) throws {
    for port in context.executable.inputs where port.name.hasPrefix("f\(index).") {
      let name = String(port.name.dropFirst("f\(index).".count))
      guard let meaning = functions[index].derivatives.given[name] else { continue }
      try context.set(
        port.name,
        to: Tensor(
          Tensor.Storage(point.numbers(of: meaning), as: port.type.scalarType),
          extents: port.type.boundExtents()))
    }
  }

  private func compare(
    _ function: CorpusFunction, _ place: Int, _ index: Int, _ derivatives: CorpusDerivatives,
    _ bounds: [String: CorpusBound]
  ) throws -> [Miss] {
    let point = function.points[place]
    var misses: [Miss] = []
    for quantity in CorpusFunction.Quantity.allCases {
      let expected = point.expectations.filter { $0.quantity == quantity }
      #expect(!expected.isEmpty, "\(function.name) has no \(quantity.rawValue)")
      let all = expected.flatMap(\.numbers).filter(\.isFinite)
      let scale = all.map(\.magnitude).max() ?? 0
      var found: [Miss] = []
      for part in expected {
        let terms = derivatives.terms[quantity]?[part.source ?? ""] ?? []
        var sums = Array(repeating: 0.0, count: part.numbers.count)
        for term in terms {
          let factor = term.factors.reduce(1.0) { $0 * (point.numbers(of: $1).first ?? .nan) }
          let numbers = try context.output("f\(index).\(term.output)").doubles
          // A term that is alone keeps the sign of its zeros and its infinities as they are.
          for element in sums.indices { sums[element] += factor * numbers[element] }
        }
        var miss = Miss(
          function: function.name, point: place, quantity: quantity,
          detail: "\(part.source ?? ""): \(sums), not \(part.numbers)")
        let allowed = bounds[miss.place]
        if let allowed {
          miss.detail += ", and not within \(allowed.bound), for \(allowed.reason)"
        }
        let bound = Swift.max(part.bound, allowed?.bound ?? 0)
        if zip(sums, part.numbers).contains(where: {
          !CorpusBound.isNear($0, $1, scale: scale, bound: bound)
        }) {
          found.append(miss)
        }
      }
      if point.differences[quantity] == nil {
        misses += found
      } else if found.isEmpty {
        misses.append(
          Miss(
            function: function.name, point: place, quantity: quantity,
            detail: "is said to differ, and does not"))
      }
    }
    return misses
  }
}

extension CorpusFunction.Point {
  fileprivate func numbers(of given: CorpusDerivatives.Given) -> [Double] {
    switch given {
    case .input(let name): inputs[name] ?? []
    case .tangent(let name): tangents[name] ?? []
    case .cotangent: cotangent
    }
  }
}
