import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// Subscripts of values take what those of tensors take.
@Suite("Subscripts of values")
struct SelectionTests {
  private static let cases:
    [(String, @Sendable (Value) -> Value, @Sendable (Tensor) throws -> Tensor)] = [
      ("[1]", { $0[1] }, { try $0[1] }), ("[-1]", { $0[-1] }, { try $0[-1] }),
      ("[.all, -1]", { $0[.all, -1] }, { try $0[.all, -1] }),
      ("[0..<1, 2]", { $0[0..<1, 2] }, { try $0[0..<1, 2] }),
      ("[1, 1...2, 3]", { $0[1, 1...2, 3] }, { try $0[1, 1...2, 3] }),
      ("[1..., ..<2, ...1]", { $0[1..., ..<2, ...1] }, { try $0[1..., ..<2, ...1] }),
      ("[0, 0, 0]", { $0[0, 0, 0] }, { try $0[0, 0, 0] }),
      ("[2..<2]", { $0[2..<2] }, { try $0[2..<2] }),
      (
        "[.all, .positions(from: -2, upTo: -1)]",
        { $0[.all, .positions(from: -2, upTo: -1)] },
        { try $0[.all, .positions(from: -2, upTo: -1)] }
      ),
      ("[(-3)...]", { $0[.all, .all, (-3)...] }, { try $0[.all, .all, (-3)...] }),
    ]

  @Test("give what subscripts of tensors give", arguments: cases.indices)
  func sameAsTensors(_ number: Int) throws {
    let (name, ofValue, ofTensor) = Self.cases[number]
    let x = try Tensor((0..<24).map { Double($0) }, extents: [2, 3, 4])
    let found = try ElementwiseTesting.evaluate([x]) { ofValue($0[0]) }
    #expect(found == (try ofTensor(x)), "\(name)")
  }

  @Test("put the cotangent back among zeros")
  func derivative() throws {
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, ["B", 3])
    let y = (x[.all, -1] * x[.all, 0]).sum()
    builder.output("g", gradients(of: y, withRespectTo: [x])[0])
    let graph = try builder.build()
    let outputs = try GraphInterpreter.evaluate(
      graph.binding(["B": 2]), ["x": Tensor([1.0, 2, 3, 4, 5, 6], extents: [2, 3])]
    ).outputs
    #expect(outputs["g"]?.doubles == [3, 0, 1, 6, 0, 4])
  }

  @Test("are refused with their place")
  func refusals() throws {
    let x = GraphBuilder().input("x", .f32, [2, "N"])
    func mistake(_ body: () -> Value) -> Diagnostic? {
      #expect(throws: Diagnostic.self) { try refusing(body) }
    }
    let line = #line + 1
    let outside = mistake { x[2] }
    #expect(outside?.code == .invalidArgument)
    #expect(outside?.location?.line == line)
    #expect(outside?.message.hasPrefix("subscript: axis 0 has 2 positions") == true)
    #expect(mistake { x[0, 0, 0] }?.code == .invalidArgument)
    #expect(mistake { x[.all, 0..<2] }?.code == .unboundDimension)
    #expect(mistake { x[Int.min] }?.code == .invalidArgument)
    #expect(mistake { x[0..<Int.max] }?.code == .invalidArgument)
    #expect(x[.all, 0...].type == x.type)
  }
}
