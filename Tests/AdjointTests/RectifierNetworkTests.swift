import Adjoint
import AdjointOperators
import Testing

/// Masks that selects leave on cotangents cost a network of rectifiers nothing.
@Suite("Derivatives of networks of rectifiers")
struct RectifierNetworkTests {
  /// How a network rectifies, with the nodes of its simplified derivative and the steps of its plan,
  /// counted before there were masks.
  enum Rectifier: String, CaseIterable, Sendable {
    case select, maximum, leaky, residual

    func nodes(_ mode: DifferentiationMode) -> Int {
      switch (self, mode) {
      case (.select, .reverse): 41
      case (.select, .forward): 63
      case (.maximum, .reverse): 54
      case (.maximum, .forward): 76
      case (.leaky, .reverse): 55
      case (.leaky, .forward): 71
      case (.residual, .reverse): 47
      case (.residual, .forward): 69
      }
    }

    func steps(_ mode: DifferentiationMode) -> Int { mode == .reverse ? 13 : 11 }

    func callAsFunction(_ a: Value, of h: Value) throws -> Value {
      let zero = a.builder.full(0, a.type)
      let isCut = a .<= zero
      return switch self {
      case .select: AdjointOperators.select(isCut, zero, a)
      case .maximum: max(a, zero)
      case .leaky: AdjointOperators.select(isCut, 0.01 * a, a)
      case .residual: AdjointOperators.select(isCut, zero, a) + h
      }
    }
  }

  private static let parameters = (0..<3).flatMap { ["w\($0)", "b\($0)"] }

  private func network(_ rectifier: Rectifier) throws -> Graph {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f32, [16, 32])
    let target = builder.input("t", .f32, [16, 32])
    var h = x
    for layer in 0..<3 {
      let w = builder.parameter("w\(layer)", .f32, [32, 32], .glorot)
      let b = builder.parameter("b\(layer)", .f32, [32])
      h = try rectifier(matmul(h, w) + b, of: h)
    }
    let difference = h - target
    builder.output("loss", (difference * difference).sum())
    return try builder.build()
  }

  @Test("get no further node and no further step", arguments: Rectifier.allCases)
  func counts(_ rectifier: Rectifier) throws {
    for mode in DifferentiationMode.allCases {
      let graph = try network(rectifier)
        .differentiated("loss", withRespectTo: Self.parameters + ["x"], mode: mode)
      let nodes = try Pipeline.compilation(graph).nodes.count
      #expect(nodes <= rectifier.nodes(mode), "\(mode): \(nodes) nodes")
      let steps = try graph.compiled(CompilationOptions(threads: 1)).plan.steps.count
      #expect(steps <= rectifier.steps(mode), "\(mode): \(steps) steps")
    }
  }
}
