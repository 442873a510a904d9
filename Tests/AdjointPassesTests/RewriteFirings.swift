import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport

/// A graph's nodes beside what every rewrite that applies to them makes of them.
///
/// Each rewrite is tried on each node as it stands, whatever other rewrites would have done to it or to its
/// operands.
struct RewriteFirings {
  /// A rewrite of an operator.
  struct Key: Hashable, CustomStringConvertible {
    let mnemonic: String
    let name: String
    var description: String { "\(mnemonic): \(name)" }
  }

  /// Where a rewrite applied: the outputs of `graph` with the node's numbers before and after.
  struct Firing {
    let key: Key
    let rewrite: Rewrite
    let before: String
    let after: String
  }

  let graph: Graph
  let firings: [Firing]

  private static let table = RewriteTable(StandardRewrites.all)

  /// - Parameter isWanted: Whether firings of a rewrite are of interest.
  init(_ source: Graph, where isWanted: (Key) -> Bool = { _ in true }) throws {
    let builder = GraphBuilder(source.name)
    // A pattern matches a value whichever of two equal nodes computes it.
    builder.mergesEqualNodes = true
    var values: [[Value]] = []
    var found: [(key: Key, rewrite: Rewrite, before: Value, after: Value)] = []
    for node in source.nodes {
      var copy = node
      copy.operands = OperandList(node.operands.map { values[$0.node][$0.result].id })
      if let operation = node.operation {
        copy.name = nil
        let operands = copy.operands.map(builder.value)
        var made: [(Key, Rewrite, [Value])] = []
        if !operands.isEmpty {
          let site = Rewrite.Site(
            operation: operation, operands: operands, resultTypes: node.resultTypes)
          for rewrite in Self.table[type(of: operation)] {
            let key = Key(mnemonic: operation.mnemonic, name: rewrite.name)
            guard isWanted(key), let values = rewrite.apply(site) else { continue }
            made.append((key, rewrite, values))
          }
        }
        let number = builder.insert(copy)
        for (key, rewrite, after) in made {
          for (result, value) in after.enumerated() {
            let before = builder.value(ValueID(node: number, result: result))
            found.append((key, rewrite, before, value))
          }
        }
        values.append(
          node.resultTypes.indices.map { builder.value(ValueID(node: number, result: $0)) })
      } else {
        values.append([builder.value(ValueID(node: builder.insert(copy)))])
      }
    }
    var firings: [Firing] = []
    for (number, item) in found.enumerated() {
      let firing = Firing(
        key: item.key, rewrite: item.rewrite, before: "before\(number)", after: "after\(number)")
      builder.output(firing.before, item.before)
      builder.output(firing.after, item.after)
      firings.append(firing)
    }
    if firings.isEmpty, let last = values.last?.first { builder.output("last", last) }
    graph = try builder.build()
    self.firings = firings
  }

  /// The largest change of each firing on some numbers for inputs and parameters.
  func changes(on sources: [String: Tensor]) throws -> [(firing: Firing, change: Rewrite.Change)] {
    let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
    return firings.map { firing in
      guard let before = outputs[firing.before], let after = outputs[firing.after],
        before.type == after.type
      else { return (firing, .range) }
      let changes = zip(before.doubles, after.doubles).map {
        Rewrite.Change(from: $0, to: $1, before.scalarType)
      }
      return (firing, changes.max() ?? .nothing)
    }
  }
}

extension Rewrite.Change {
  /// The least that explains two numbers of a type.
  init(from before: Double, to after: Double, _ type: ScalarType) {
    if before.isNaN && after.isNaN || before.bitPattern == after.bitPattern {
      self = .nothing
    } else if before == after {
      self = .signOfZero
    } else if type.isDifferentiable {
      self = Self.isRounding(before, after, type) ? .rounding : .range
    } else {
      self = .range
    }
  }

  /// Whether numbers are a few units in the last place apart, where infinity is next to the greatest number.
  private static func isRounding(_ a: Double, _ b: Double, _ type: ScalarType) -> Bool {
    let units = 4.0
    let (epsilon, least, greatest) =
      type == .f32
      ? (
        Double(Float.ulpOfOne), Double(Float.leastNonzeroMagnitude),
        Double(Float.greatestFiniteMagnitude)
      ) : (.ulpOfOne, .leastNonzeroMagnitude, .greatestFiniteMagnitude)
    if a.isNaN || b.isNaN { return false }
    if a.isInfinite || b.isInfinite {
      return a.sign == b.sign && min(a.magnitude, b.magnitude) >= greatest * (1 - units * epsilon)
    }
    let scale = max(a.magnitude, b.magnitude)
    return (a / 2 - b / 2).magnitude <= units * max(scale / 2 * epsilon, least)
  }
}

extension Graph {
  /// Values for every input and parameter drawn from the extremes of their types: zeros of both signs,
  /// infinities, NaN, subnormal numbers, the least and the greatest; of odd seeds from a few of these, so that
  /// some cancel.
  func extremeSources(seed: UInt64) throws -> [String: Tensor] {
    var random = SeededGenerator(seed: seed)
    var sources: [String: Tensor] = [:]
    for port in inputs + parameters {
      var pool = Self.extremes(port.type.scalarType)
      if seed % 2 == 1, port.type.scalarType.isDifferentiable {
        pool = pool.shuffled(using: &random).prefix(2).flatMap { [$0, -$0] } + [1]
      }
      sources[port.name] = try .drawn(port.type, from: pool, using: &random)
    }
    return sources
  }

  private static func extremes(_ type: ScalarType) -> [Double] {
    switch type {
    case .f32: signed(Float.self).map(Double.init)
    case .f64: signed(Double.self)
    case .i32: [0, 1, -1, 2, -7, 0x1p20, Double(Int32.max), Double(Int32.min)]
    case .i64: [0, 1, -1, 2, -7, 0x1p40, -0x1p53, 0x1p53]
    case .u8: [0, 1, 2, 7, 128, 255]
    case .bool: [0, 1]
    }
  }

  private static func signed<F: BinaryFloatingPoint>(_ type: F.Type) -> [F] {
    let magnitudes: [F] = [
      0, .infinity, .nan, .leastNonzeroMagnitude, 3 * .leastNonzeroMagnitude,
      .leastNormalMagnitude, .leastNormalMagnitude / 3, .greatestFiniteMagnitude,
      .greatestFiniteMagnitude / 3, F(sign: .plus, exponent: 100, significand: 1.2),
      F(sign: .plus, exponent: -100, significand: 1.3), 1, 0.3, 2.7, 19, 130,
    ]
    return magnitudes + magnitudes.map { -$0 }
  }
}
