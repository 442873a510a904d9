import Adjoint
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

/// Derivatives of products against values of mpmath; `Tests/Values/products.py` writes them.
@Suite("Derivatives of a product")
struct ProductGradientTests {
  private struct Group: Decodable, CustomStringConvertible {
    struct Row: Decodable {
      let name, x, v, gradient, tangent, hessian, scale: String
    }

    let type: ScalarType
    let count: Int
    let rows: [Row]

    var description: String { "\(rows.count) rows of \(count) in \(type)" }

    /// The numbers of a column of the file, row by row.
    func numbers(_ column: (Row) -> String) -> [Double] {
      rows.flatMap { column($0).split(separator: " ").map { Double($0) ?? .nan } }
    }

    enum CodingKeys: CodingKey { case type, count, rows }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      type = try container.decode(String.self, forKey: .type) == "f32" ? .f32 : .f64
      count = try container.decode(Int.self, forKey: .count)
      rows = try container.decode([Row].self, forKey: .rows)
    }
  }

  private static let groups: [Group] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Values/products.json")
    return (try? JSONDecoder().decode([Group].self, from: Data(contentsOf: file))) ?? []
  }()

  @Test("agree with mpmath: reverse, forward, and both over reverse", arguments: Backend.allCases)
  func values(_ backend: Backend) throws {
    #expect(Self.groups.count == 10)
    for group in Self.groups {
      let shape = Shape(extents: [group.rows.count, group.count])
      let graph = try derivatives(group.type, shape, axes: [1])
      let context = try graph.compiled(CompilationOptions(backend: backend)).makeContext()
      try context.set("x", to: tensor(group.numbers(\.x), group.type, shape))
      try context.set("v", to: tensor(group.numbers(\.v), group.type, shape))
      try context.run()
      let scale = group.numbers(\.scale)
      try expect(context, "gradient", group, group.numbers(\.gradient))
      try expect(context, "forward", group, group.numbers(\.hessian), scale)
      try expect(context, "reverse", group, group.numbers(\.hessian), scale)
      // The sum may cancel; its terms are v times the gradient.
      let terms = zip(group.numbers(\.v), group.numbers(\.gradient)).map { ($0 * $1).magnitude }
      let sums = group.rows.indices.map { row in
        terms[row * group.count..<(row + 1) * group.count].reduce(0, +)
      }
      try expect(context, "tangent", group, group.numbers(\.tangent), sums)
    }
  }

  @Test("written before dimensions are bound are the same", arguments: Backend.allCases)
  func named(_ backend: Backend) throws {
    var numbers: [Double] = []
    var directions: [Double] = []
    for place in 0..<30 {
      numbers.append(place == 10 ? 0 : 0.5 + Double(place * 11 % 8) / 4)
      directions.append(1 - Double(place * 7 % 5) / 3)
    }
    for axes in [[1], [0, 2], [0, 1, 2]] {
      var found: [[Double]] = []
      for (shape, extents) in [
        (["A", "B", "C"], ["A": 2, "B": 5, "C": 3]), ([2, 5, 3], [:]),
      ] as [(Shape, [String: Int])] {
        let graph = try Graph(text: derivatives(.f64, shape, axes: axes).description)
        #expect(graph.nodeCount < 20)
        let context = try graph.compiled(
          CompilationOptions(dimensions: extents, backend: backend)
        ).makeContext()
        try context.set("x", to: tensor(numbers, .f64, [2, 5, 3]))
        try context.set("v", to: tensor(directions, .f64, [2, 5, 3]))
        try context.run()
        var outputs: [Double] = []
        for name in ["gradient", "tangent", "forward", "reverse"] {
          outputs += try context.output(name).doubles
        }
        found.append(outputs)
      }
      #expect(found[0] == found[1])
      #expect(found[0].contains { $0 != 0 })
    }
  }

  @Test("a million elements, powers of two whose products are exact")
  func million() throws {
    let count = 1_000_000
    let graph = try derivatives(.f32, [count], axes: [0])
    let executable = try graph.keeping(outputs: ["gradient", "forward"]).compiled()
    // A scan in pairs, and not a million steps or a square of memory.
    #expect(executable.statistics.kernelCount < 600)
    #expect(executable.statistics.plannedByteCount < 40 * 4 * count)
    // Runs of neighbours stay between 2⁻⁶⁰ and 2⁶⁰.
    let exponents = (0..<count).map { [7, -13, 20, -9, -5, 0][$0 % 6] }
    let total = exponents.reduce(0, +)
    var x = exponents.map { Float(sign: .plus, exponent: $0, significand: 1) }
    var v = Array(repeating: 0 as Float, count: count)
    v[5] = 1
    let context = try executable.makeContext()
    func outputs() throws -> (gradient: [Float], product: [Float]) {
      try context.set("x", to: Tensor(x))
      try context.set("v", to: Tensor(v))
      try context.run()
      return (try context.output("gradient").floats, try context.output("forward").floats)
    }
    let plain = try outputs()
    let isRight = exponents.indices.allSatisfy { place in
      let others = Float(sign: .plus, exponent: total - exponents[place], significand: 1)
      // The direction is 1 at an element that is 1.
      return plain.gradient[place] == others
        && plain.product[place] == (place == 5 ? 0 : others)
    }
    #expect(isRight)
    // With a zero, what is left is its own derivative, and the row of the Hessian through it.
    x[777_777] = 0
    let zero = try outputs()
    let rest = Float(sign: .plus, exponent: total - exponents[777_777], significand: 1)
    #expect(zero.gradient[777_777] == rest)
    #expect(zero.product[777_777] == rest)
    #expect(zero.gradient.count { $0 != 0 } == 1)
  }

  /// The first derivatives of a product summed over rows, and the products of its Hessian with v.
  private func derivatives(_ type: ScalarType, _ shape: Shape, axes: [Int]) throws -> Graph {
    let builder = GraphBuilder("product")
    let x = builder.input("x", type, shape)
    let v = builder.input("v", type, shape)
    let product = x.product(squeezingAxes: axes)
    let gradient = gradients(of: product.sum(), withRespectTo: [x])[0]
    let tangent = jacobianVectorProduct(of: [product], withRespectTo: [x], tangents: [v])
    let forward = jacobianVectorProduct(of: [gradient], withRespectTo: [x], tangents: [v])
    let reverse = vectorJacobianProduct(of: [gradient], cotangents: [v], withRespectTo: [x])
    builder.output("gradient", gradient)
    builder.output("tangent", tangent[0])
    builder.output("forward", forward[0])
    builder.output("reverse", reverse[0])
    return try builder.build()
  }

  private func tensor(
    _ numbers: [Double], _ type: ScalarType, _ shape: Shape
  ) throws -> Tensor {
    try Tensor(.f64(numbers), extents: shape.extents ?? []).cast(to: type)
  }

  /// Holds an output to a few roundings of the scale, which is the value itself where none is given.
  private func expect(
    _ context: ExecutionContext, _ name: String, _ group: Group, _ expected: [Double],
    _ scale: [Double]? = nil
  ) throws {
    let found = try context.output(name).doubles
    #expect(found.count == expected.count)
    let rounding =
      group.type == .f32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let least =
      group.type == .f32
      ? Double(Float.leastNonzeroMagnitude) : Double.leastNonzeroMagnitude
    for (place, (value, wanted)) in zip(found, expected).enumerated() {
      // 0 · ∞ is not a number; in a sum it depends on the order whether that shows.
      if value == wanted || wanted.isNaN && (value.isNaN || scale != nil) { continue }
      let size = scale?[place] ?? wanted.magnitude
      let row = group.rows[place * group.rows.count / expected.count]
      #expect(
        (value - wanted).magnitude <= 12 * rounding * size + 12 * least,
        "\(name) of \(group), \(row.name), at \(place): \(value) for \(wanted)")
    }
  }
}
