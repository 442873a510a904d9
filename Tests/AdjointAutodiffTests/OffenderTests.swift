import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Synchronization
import TestSupport
import Testing

/// What is in the way of a derivative: all of it in one error, each with its place.
@Suite("Offenders of a derivative") struct OffenderTests {
  private static let text = """
    adjoint 1
    graph steps {
      input %x: f64[3]
      input %y: f64[3]
      input %n: i32[3]
      parameter %w: f64[3] = zeros
      %a = floor(%x) : f64[3]
      %b = sign(%x) : f64[3]
      %c = add(%a, %b) : f64[3]
      %d = ceil(%w) : f64[3]
      %p = multiply(%c, %y) : f64[3]
      %q = multiply(%c, %d) : f64[3]
      output p = %p
      output q = %q
      output n = %n
    }
    """

  private func notes(
    _ outputs: [String], _ sources: [String], _ options: DerivativeOptions = []
  ) throws -> [String] {
    let graph = try GraphParser.parse(
      Array(Self.text.utf8), file: "steps.graph", registry: .standard)
    let error = #expect(throws: Diagnostic.self) {
      try graph.differentiatedAsWritten(outputs, withRespectTo: sources, options: options)
    }
    #expect(error?.code == .notDifferentiable)
    return error?.notes ?? []
  }

  @Test("of a file have line and column, of every source and every output")
  func places() throws {
    #expect(
      try notes(["p"], ["x", "y"]) == [
        "with respect to x: %a (floor) has no derivative at steps.graph:7:3",
        "with respect to x: %b (sign) has no derivative at steps.graph:8:3",
      ])
    #expect(
      try notes(["p", "q"], ["x", "w", "n"]) == [
        "p with respect to x: %a (floor) has no derivative at steps.graph:7:3",
        "p with respect to x: %b (sign) has no derivative at steps.graph:8:3",
        "p does not depend on w", "p does not depend on n",
        "q with respect to x: %a (floor) has no derivative at steps.graph:7:3",
        "q with respect to x: %b (sign) has no derivative at steps.graph:8:3",
        "q with respect to w: %d (ceil) has no derivative at steps.graph:10:3",
        "q does not depend on n",
      ])
    // With zeros only types are in the way.
    #expect(
      try notes(["p", "n"], ["x", "n"], .zeros) == [
        "n is i32[3], which carries no derivative at steps.graph:5:3",
        "n is i32[3], which carries no derivative at steps.graph:5:3",
      ])
  }

  @Test("of a graph in Swift have file and line")
  func swift() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [])
    let line = #line
    let first = floor(x).named("first")
    let second = stopGradient(x).named("second")
    builder.output("y", first + second)
    let error = #expect(throws: Diagnostic.self) {
      try builder.build().differentiatedAsWritten("y", withRespectTo: ["x"])
    }
    let notes = error?.notes ?? []
    #expect(notes.count == 2)
    #expect(notes.first?.hasSuffix("OffenderTests.swift:\(line + 1)") == true, "\(notes)")
    #expect(notes.last?.hasSuffix("OffenderTests.swift:\(line + 2)") == true)
  }

  @Test("while building are all in one mistake, at the call, each with where it was made")
  func building() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [3])
    let line = #line
    let n = builder.input("n", .i32, [3])
    let m = builder.input("m", .bool, [])
    let y = sin(x)
    func error(_ body: () -> [Value]) -> Diagnostic? {
      #expect(throws: Diagnostic.self) { try refusing { body() } }
    }
    let gradient = error { gradients(of: y, withRespectTo: [x, n, m]) }
    #expect(gradient?.code == .notDifferentiable && gradient?.location?.line == #line - 1)
    #expect(gradient?.notes.count == 3)
    for (note, place) in zip(gradient?.notes ?? [], [3, 1, 2]) {
      #expect(note.contains("OffenderTests.swift:\(line + place)"), "\(note)")
    }
    let vjp = error { vectorJacobianProduct(of: [n, y], cotangents: [n, y], withRespectTo: [x]) }
    #expect(vjp?.notes.count == 1 && vjp?.notes.first?.contains(":\(line + 1)") == true)
    let jvp = error { jacobianVectorProduct(of: [y], withRespectTo: [n, m], tangents: [n, m]) }
    #expect(jvp?.notes.count == 2)
  }

  @Test("are listed to the last in time in proportion to the nodes", arguments: [1000, 100_000])
  func linear(_ count: Int) throws {
    let builder = GraphBuilder("long")
    let x = builder.input("x", .f64, [2])
    let z = builder.input("z", .f64, [2])
    // Every tenth node is an offender, and none of the others carries a path.
    var sum = builder.apply(Counted(.step, 0), [x])
    for number in 2..<(count / 2) {
      let next = builder.apply(Counted(number % 5 == 0 ? .step : .path, number), [x])
      sum = number % 5 == 0 ? sum + next : sum
    }
    for number in 0..<(count / 2) { sum = builder.apply(Counted(.path, -number), [sum]) }
    builder.output("y", sum)
    let graph = try builder.build()
    Counted.reads.withLock { $0 = 0 }
    let error = #expect(throws: Diagnostic.self) {
      try graph.differentiatedAsWritten("y", withRespectTo: ["x", "z"])
    }
    _ = z
    let reads = Counted.reads.withLock { $0 }
    let offenders = graph.nodes.count { ($0.operation as? Counted)?.kind == .step }
    #expect(offenders > 0)
    #expect(error?.notes.count == offenders + 1)
    #expect(error?.notes.last == "y does not depend on z")
    // Each sweep asks a node once what its derivative is.
    #expect(reads <= 4 * graph.nodeCount, "\(reads) of \(graph.nodeCount) nodes")
  }
}

/// An operator that counts how often it is asked for its derivative.
private struct Counted: AdjointGraph.Operator {
  enum Kind: Hashable { case step, path }

  static let mnemonic = "counted"
  static let reads = Mutex(0)
  let kind: Kind
  /// Keeps nodes apart that would else be one.
  let number: Int

  init(_ kind: Kind, _ number: Int) {
    self.kind = kind
    self.number = number
  }

  init(attributes: AttributeList) throws(Diagnostic) { self.init(.path, 0) }
  var attributes: AttributeList { AttributeList() }

  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { operands }

  var derivative: Derivative {
    Self.reads.withLock { $0 += 1 }
    return kind == .step ? .zero : .linear { _, cotangent in [cotangent] }
  }

  func lower(_ operands: [TensorType], to results: [TensorType]) throws(Diagnostic) -> Lowering {
    .view
  }
}
