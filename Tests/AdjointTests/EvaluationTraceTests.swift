import Adjoint
import Foundation
import Testing

@Suite struct EvaluationTraceTests {
  private func bishop() throws -> Graph {
    let builder = GraphBuilder("trace")
    let x1 = builder.input("x1", .f64, [])
    let x2 = builder.input("x2", .f64, [])
    let product = (x1 * x2).named("p")
    builder.output("y", product + exp(product) - sin(x2))
    return try builder.build()
  }

  @Test(arguments: [(1.0, 2.0), (2.0, 5.0), (-0.5, 3.0), (0.0, 0.0)])
  func derivativesFollowTheFormulas(_ a: Double, _ b: Double) throws {
    let graph = try bishop()
    let sources = try ["x1": Tensor(scalar: a, .f64), "x2": Tensor(scalar: b, .f64)]
    let e = exp(a * b)
    let wanted = ["x1": b + b * e, "x2": a + a * e - cos(b)]
    for (name, derivative) in wanted {
      let trace = try EvaluationTrace(of: graph, along: name, sources: sources)
      #expect(trace.output == "y")
      #expect(trace.direction == name)
      let last = try #require(trace.rows.last)
      #expect(abs(try #require(last.primal.scalar) - (a * b + e - sin(b))) <= 1e-9 * (1 + e))
      #expect(abs(try #require(last.tangent?.scalar) - derivative) <= 1e-9 * (1 + abs(derivative)))
      let source = try #require(trace.rows.first { $0.name == name })
      #expect(
        abs(try #require(source.adjoint?.scalar) - derivative) <= 1e-9 * (1 + abs(derivative)))
    }
  }

  @Test func rulesAreSpelledFromTheNodesOfTheDerivative() throws {
    let sources = try ["x1": Tensor(scalar: 1, .f64), "x2": Tensor(scalar: 2, .f64)]
    let rows = try EvaluationTrace(of: bishop(), sources: sources).rows
    #expect(rows.map(\.name) == ["x1", "x2", "p", "%0", "%1", "%2", "%3"])
    #expect(
      rows.map(\.formula) == [
        "input", "input", "multiply(x1, x2)", "exp(p)", "add(p, %0)", "sin(x2)", "subtract(%1, %2)",
      ])
    #expect(
      rows.map(\.tangentRule) == [
        "1", "0", "multiply(ẋ1, x2)", "multiply(ṗ, %0)", "add(ṗ, %0̇)", "0", "%1̇",
      ])
    #expect(rows[3].adjointRule == "%3̄")
    #expect(rows[2].adjointRule == "add(%3̄, multiply(%3̄, %0))")
    #expect(rows[6].adjointRule == "1")
  }

  @Test func arraysAndWholeNumbersHaveRowsToo() throws {
    let builder = GraphBuilder("arrays")
    let x = builder.input("x", .f32, [3])
    let mask = builder.input("mask", .i32, [3])
    builder.output("y", (x * x * mask.cast(to: .f32)).sum())
    let trace = try EvaluationTrace(
      of: builder.build(),
      sources: ["x": Tensor([1, 2, 3] as [Float]), "mask": Tensor([1, 0, 2] as [Int32])])
    let rows = Dictionary(trace.rows.map { ($0.name, $0) }) { first, _ in first }
    #expect(rows["x"]?.adjoint?.doubles == [2, 0, 12])
    #expect(rows["mask"]?.tangent == nil)
    #expect(trace.rows.last?.tangent?.scalar == 14)
  }

  @Test func refusesWhatItCannotShow() throws {
    let graph = try bishop()
    func code(_ body: () throws -> Void) -> Diagnostic.Code? {
      do { try body() } catch let diagnostic as Diagnostic { return diagnostic.code } catch {}
      return nil
    }
    #expect(code { _ = try EvaluationTrace(of: graph) } == .missingInput)
    #expect(code { _ = try EvaluationTrace(of: graph, output: "z") } == .unknownName)
    #expect(code { _ = try EvaluationTrace(of: graph, along: "z") } == .unknownName)
    #expect(
      code { _ = try EvaluationTrace(of: graph, sources: ["z": Tensor(scalar: 1, .f64)]) }
        == .unknownName)
    #expect(
      code {
        _ = try EvaluationTrace(
          of: graph, sources: ["x1": Tensor(scalar: 1, .f32), "x2": Tensor(scalar: 1, .f64)])
      } == .shapeMismatch)
    let builder = GraphBuilder("open")
    let x = builder.input("x", .f64, ["B"])
    builder.output("y", x.sum())
    #expect(code { _ = try EvaluationTrace(of: builder.build()) } == .unboundDimension)
    var value = builder.input("z", .f64, [])
    for _ in 0..<200 { value = sin(value) }
    #expect(code { _ = try EvaluationTrace(of: builder.build()) } == .invalidArgument)
  }
}
