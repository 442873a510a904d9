import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport

/// A graph made at random of which every system has to compute the same: what it makes of one step to the next
/// is rounded correctly or not at all, and functions, sums and products, which are not, go to outputs alone.
///
/// So nothing is kept out of its inputs: infinities, NaN, subnormal numbers, zeros of both signs, the greatest.
struct ExtremeGraph {
  /// How an output may differ from the interpreter's.
  enum Agreement: Hashable {
    /// In no bit but those of a NaN.
    case exact
    /// By some units in the last place.
    case units
    /// By the rounding of a sum of so many terms, whose magnitudes another output has.
    case sum(count: Int, magnitudes: String)
  }

  let graph: Graph
  let agreements: [String: Agreement]
  let sources: [String: Tensor]

  init(_ type: ScalarType, seed: UInt64) throws {
    var maker = Maker(type, seed: seed)
    try maker.make(steps: 24)
    graph = try maker.builder.build()
    agreements = maker.agreements
    sources = try Self.sources(of: graph, seed: seed)
  }

  private static func sources(of graph: Graph, seed: UInt64) throws -> [String: Tensor] {
    var random = SeededGenerator(seed: seed ^ 0x5EED)
    var sources: [String: Tensor] = [:]
    for port in graph.inputs {
      sources[port.name] = try .drawn(
        port.type, from: extremes(port.type.scalarType), using: &random)
    }
    return sources
  }

  private static func extremes(_ type: ScalarType) -> [Double] {
    let magnitudes =
      type == .f32
      ? [
        Float.leastNonzeroMagnitude, .leastNormalMagnitude / 3, .leastNormalMagnitude,
        .greatestFiniteMagnitude,
      ].map(Double.init)
      : [
        .leastNonzeroMagnitude, .leastNormalMagnitude / 3, .leastNormalMagnitude,
        .greatestFiniteMagnitude,
      ]
    let common = [0, 1, 1e30, 1e-30, 0.3, 2.5, 19, 88.8, 130, 710, .infinity]
    let positive = magnitudes + common
    return positive + positive.map { -$0 } + [.nan]
  }
}

extension ExtremeGraph {
  private struct Maker {
    let builder = GraphBuilder("extreme")
    let type: ScalarType
    var random: SeededGenerator
    var values: [Value] = []
    var agreements: [String: Agreement] = [:]

    init(_ type: ScalarType, seed: UInt64) {
      self.type = type
      random = SeededGenerator(seed: seed)
    }

    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func make(steps: Int) throws {
      // Lengths that leave a rest of every vector, and one that fills several.
      let (rows, columns) = (1 + pick(5), [1, 3, 7, 16, 37][pick(5)])
      for number in 0..<3 {
        values.append(
          builder.input("x\(number)", type, Shape(extents: [rows, columns])))
      }
      for _ in 0..<steps { try step() }
      try note("exact", values[values.count - 1], .exact)
    }

    mutating func note(_ kind: String, _ value: Value, _ agreement: Agreement) throws {
      let name = "\(kind)\(agreements.count)"
      builder.output(name, value)
      agreements[name] = agreement
    }

    /// One of the latest values.
    mutating func latest() -> Value { values[values.count - 1 - pick(min(values.count, 5))] }

    mutating func step() throws {
      let x = latest()
      let peers = values.filter { $0.shape == x.shape }
      let y = peers[pick(peers.count)]
      switch pick(12) {
      case 0...5: values.append(try elementwise(x, y))
      case 6, 7: values.append(try moved(x, y))
      case 8: values.append(x.max(alongAxes: [pick(2)]))
      case 9: try note("function", function(x), .units)
      case 10: try sum(x)
      default: try product(x, y)
      }
      if pick(6) == 0 { try note("exact", values[values.count - 1], .exact) }
    }

    mutating func elementwise(_ x: Value, _ y: Value) throws -> Value {
      switch pick(17) {
      case 0: x + y
      case 1: x - y
      case 2: x * y
      case 3: x / y
      case 4: max(x, y)
      case 5: min(x, y)
      case 6: -x
      case 7: abs(x)
      case 8: sign(x)
      // Not the root itself, whose reciprocal becomes a function that is not rounded correctly.
      case 9: max(sqrt(abs(x)), x)
      case 10: reciprocal(x)
      case 11: floor(x)
      case 12: round(x)
      case 13: select(x .< y, y, x)
      case 14: ((x .== y) .| (x .> 1)).cast(to: type)
      case 15: x.cast(to: .i32).cast(to: type)
      default: ceil(x) * 0.25
      }
    }

    mutating func moved(_ x: Value, _ y: Value) throws -> Value {
      switch pick(4) {
      case 0: return x.transposed()
      case 1: return concatenate([x, y], axis: 0).sliced(from: [1, 0], to: [2, 1])
      case 2: return x.padded(low: [1, 0], high: [0, 1], interior: [0, 0], with: -0.0)
      default:
        let row = x.min(alongAxes: [0])
        return x - row
      }
    }

    mutating func function(_ x: Value) throws -> Value {
      switch pick(9) {
      case 0: exp(x)
      case 1: expm1(x)
      case 2: log(x)
      case 3: log1p(x)
      case 4: tanh(x)
      case 5: sigmoid(x)
      case 6: softplus(x)
      case 7: erf(x)
      default: sin(x)
      }
    }

    mutating func sum(_ x: Value) throws {
      let axis = pick(2)
      let size = abs(x).sum(alongAxes: [axis])
      try note("size", size, .sum(count: 0, magnitudes: ""))
      let name = "size\(agreements.count - 1)"
      let count = x.shape[axis].extent ?? 1
      try note("sum", x.sum(alongAxes: [axis]), .sum(count: count, magnitudes: name))
    }

    mutating func product(_ x: Value, _ y: Value) throws {
      let turned = y.transposed()
      try note("size", matmul(abs(x), abs(turned)), .sum(count: 0, magnitudes: ""))
      let name = "size\(agreements.count - 1)"
      let count = x.shape[1].extent ?? 1
      try note("product", matmul(x, turned), .sum(count: count, magnitudes: name))
    }
  }
}
