import Foundation
import Testing

@Suite struct DerivativeProductCommandTests {
  private static let point = ["--set", "x1=2", "--set", "x2=5"]

  private func number(_ report: [String: Any], _ group: String, _ name: String) throws -> Double {
    let members = try #require(report[group] as? [String: [String: Any]])
    return try #require(members[name]?["value"] as? Double)
  }

  @Test func theHessianOfTheBooksFunction() throws {
    let run = try CommandRun(
      arguments: ["hessian", "Graphs/trace.graph", "--of", "y", "--json"] + Self.point)
    #expect(run.status == 0, "\(run.errors)")
    let e = exp(10.0)
    let mixed = 1 + e + 10 * e
    let wanted = [
      "x1.x1": 25 * e, "x1.x2": mixed, "x2.x1": mixed, "x2.x2": 4 * e + sin(5.0),
    ]
    for (name, value) in wanted {
      #expect(abs(try number(run.json, "hessian", name) - value) <= 1e-9 * value)
    }
    let diagonal = try CommandRun(
      arguments: ["hessian", "Graphs/trace.graph", "--of", "y", "--json", "--diagonal"]
        + Self.point)
    for name in ["x1", "x2"] {
      let value = try #require(wanted["\(name).\(name)"])
      #expect(abs(try number(diagonal.json, "hessian", name) - value) <= 1e-9 * value)
    }
  }

  @Test(arguments: ["rows", "columns", "cheaper"])
  func theJacobianOfTheBooksFunction(_ order: String) throws {
    let run = try CommandRun(
      arguments: [
        "jacobian", "Graphs/trace.graph", "--of", "y", "--by", order, "--with-respect-to", "x2",
        "--json",
      ] + Self.point)
    #expect(run.status == 0, "\(run.errors)")
    let wanted = 2 + 2 * exp(10.0) - cos(5.0)
    #expect(abs(try number(run.json, "jacobians", "x2") - wanted) <= 1e-9 * wanted)
  }

  @Test func printsMatrices() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "square.graph",
      """
      adjoint 1
      graph square {
        input %x: f64[2]
        %y = multiply(%x, %x) : f64[2]
        output y = %y
      }
      """)
    let run = try CommandRun("jacobian", path, "--set", "x=3,-1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("y: f64[2] = [9.0, 1.0]\njacobian.x: f64[2, 2] ="))
    let refused = try CommandRun("hessian", path, "--set", "x=3,-1")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("is not a floating-point scalar"))
    #expect(refused.errors.contains("[not-differentiable]"))
  }

  @Test func refusesWhatDoesNotDepend() throws {
    for verb in ["jacobian", "hessian"] {
      let run = try CommandRun(
        verb, "Graphs/digits-mlp.graph", "--of", "loss", "--with-respect-to", "labels")
      #expect(run.status == 1)
      #expect(run.errors.contains("labels is i32[B], which carries no derivative"))
    }
  }

  @Test func refusesAHessianThatNoMemoryHolds() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "large.graph",
      """
      adjoint 1
      graph large {
        parameter %x: f64[1000000] = zeros
        %y = multiply(%x, %x) : f64[1000000]
        %s = reduce_sum(%y) {axes = [0]} : f64[]
        output s = %s
      }
      """)
    let run = try CommandRun("hessian", path, "--of", "s")
    #expect(run.status == 1)
    #expect(run.errors.contains("MiB"), "\(run.errors)")
    #expect(run.errors.contains("[memory-limit]"))
  }
}
