import Adjoint
import AdjointGraph

/// Functions with all their products compiled as one graph, so that many cost little more than one.
struct ProductBatch {
  /// The number of examples of every batch that is recorded.
  static let examples = 3

  private struct Member {
    var function: ProductFunction
    var points: [ProductFunction.Point]
    var built: ProductGraph
    var prefix: String
  }

  private var members: [Member] = []
  private let context: ExecutionContext

  /// - Parameter orders: How the Jacobians of the function at an index are computed.
  init(
    _ functions: [ProductFunction], backend: Backend, orders: (Int) -> [JacobianOrder]
  ) throws {
    let merger = GraphMerger()
    for (index, function) in functions.enumerated() {
      for points in [
        function.points.filter(\.batched.isEmpty), function.points.filter { !$0.batched.isEmpty },
      ] {
        guard let first = points.first else { continue }
        let built = try ProductGraph(function, at: first, orders: orders(index))
        let prefix = "f\(members.count)."
        try merger.add(built.graph, prefix: prefix)
        members.append(Member(function: function, points: points, built: built, prefix: prefix))
      }
    }
    let options = CompilationOptions(threads: 1, backend: backend)
    context = try merger.builder.build().compiled(options).makeContext()
  }

  /// Runs every point of every function, and says what is not as recorded.
  func misses() throws -> [String] {
    let types = Dictionary(
      uniqueKeysWithValues: context.executable.inputs.map { ($0.name, $0.type) })
    var misses: [String] = []
    for place in 0..<(members.map(\.points.count).max() ?? 0) {
      for member in members {
        let point = member.points[Swift.min(place, member.points.count - 1)]
        for (port, line) in member.built.given {
          guard let type = types[member.prefix + port] else { continue }
          try context.set(
            member.prefix + port,
            to: Tensor(
              Tensor.Storage(point.lines[line]?.numbers ?? [], as: type.scalarType),
              extents: type.boundExtents()))
        }
      }
      try context.run()
      for member in members where place < member.points.count {
        misses += try compare(member, member.points[place]).map {
          "\(member.function.name)[\(place)] \($0)"
        }
      }
    }
    return misses
  }

  private func compare(_ member: Member, _ point: ProductFunction.Point) throws -> [String] {
    var misses: [String] = []
    let isBatch = !point.batched.isEmpty
    let parts = isBatch ? Self.examples : 1
    let zeros = member.built.zeros
    for line in zeros where point.lines[line]?.numbers.contains(where: { $0 != 0 }) != false {
      misses.append("\(line) is 0")
    }
    let known = Set(zeros + (member.built.given + member.built.outputs).map(\.line))
    misses += point.lines.keys.filter { !known.contains($0) }.map { "\($0) is not asked for" }
    for (port, line) in member.built.outputs {
      guard let expected = point.lines[line] else {
        // Of a batch some blocks are too large to be recorded.
        if !isBatch { misses.append("\(line) is not recorded") }
        continue
      }
      var found = try context.output(member.prefix + port).doubles
      let size = expected.numbers.count / parts
      // What is the same for all examples has no axis of them.
      if isBatch, found.count == size {
        found = Array(repeating: found, count: parts).flatMap(\.self)
      }
      guard found.count == expected.numbers.count else {
        misses.append("\(line): \(found.count) numbers, not \(expected.numbers.count)")
        continue
      }
      for part in 0..<parts {
        let range = part * size..<(part + 1) * size
        let scale = scale(of: line, part, parts, point)
        let isNear = zip(found[range], expected.numbers[range]).allSatisfy {
          CorpusBound.isNear($0, $1, scale: scale, bound: expected.bound)
        }
        if !isNear {
          misses.append("\(port) \(found[range]), not \(expected.numbers[range])")
        }
      }
    }
    return misses
  }

  /// The largest number of a quantity, over all sources.
  private func scale(
    of line: String, _ part: Int, _ parts: Int, _ point: ProductFunction.Point
  ) -> Double {
    let kind = line.prefix { $0 != " " }
    var scale = 0.0
    for (name, recorded) in point.lines where name.prefix(while: { $0 != " " }) == kind {
      let size = recorded.numbers.count / parts
      for number in recorded.numbers[part * size..<(part + 1) * size] where number.isFinite {
        scale = Swift.max(scale, number.magnitude)
      }
    }
    return scale
  }
}
