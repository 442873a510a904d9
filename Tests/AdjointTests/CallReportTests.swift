import Adjoint
import TestSupport
import Testing

/// What is said of the functions that a graph calls.
@Suite("A report of calls")
struct CallReportTests {
  private func report(_ graph: Graph) throws -> [Substring] {
    try graph.callReport().split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("a function that is called a thousand times is compiled once, and the report says so")
  func thousandCalls() throws {
    let inner = try Function("inner", [TensorType(.f64, [8])]) { sin($0[0]) / 2 }
    let step = try Function("step", [TensorType(.f64, [8])]) { inner($0[0]) + inner($0[0] * 3) }
    let builder = GraphBuilder("steps")
    var y = builder.input("y", .f64, [8])
    for _ in 0..<1000 { y = step(y) }
    builder.output("last", y)
    let lines = try report(builder.build())
    #expect(
      lines[..<3] == [
        "calls", "  @step: 1000 calls of 15 nodes, one body",
        "  @inner: 2000 calls of 5 nodes, one body",
      ])
    let words = lines[3].split(separator: " ")
    #expect(lines[3].hasSuffix(" kernels compiled once each"))
    // The last step of a chain may be shorter than the others.
    #expect(try #require(Int(words[2])) <= 2, "\(lines[3])")
    #expect(lines[4...] == [""])
  }

  @Test("calls for other extents each have bodies and kernels of their own, and the report says so")
  func callsThatDiffer() throws {
    let inner = try Function("square", [TensorType(.f64, ["N"])]) { $0[0] * $0[0] }
    let function = try Function("bump", [TensorType(.f64, ["N"])]) { exp(-inner($0[0])) }
    let builder = GraphBuilder("bumps")
    for extent in [2, 3, 4, 2] {
      let x = builder.input("x\(builder.nodes.count)", .f64, [extent])
      builder.output("y\(builder.nodes.count)", function(x))
    }
    // Not needed by any output.
    _ = function(builder.input("unused", .f64, [7]))
    let lines = try report(builder.build())
    #expect(lines[1] == "  @bump: 4 calls of 5 nodes, 3 bodies for operands of other types")
    #expect(lines[2] == "  @square: 4 calls of 2 nodes, 3 bodies for operands of other types")
    #expect(lines[3] == "  4 steps, 3 kernels compiled once each")
  }

  @Test("a graph that calls nothing says so")
  func nothingCalled() throws {
    let builder = GraphBuilder("plain")
    builder.output("y", sin(builder.input("x", .f64, [3])))
    #expect(
      try report(builder.build())
        == ["calls", "  none", "  1 steps, 1 kernels compiled once each", ""])
  }

  @Test("the plan of a graph with calls and a long constant reads back")
  func plan() throws {
    let numbers = try Tensor.random(TensorType(.f32, [50]), seed: 3)
    let function = try Function("f", [TensorType(.f32, [50])]) {
      sin($0[0]) * $0[0].builder.constant(numbers)
    }
    let builder = GraphBuilder("calls")
    builder.output("y", function(function(builder.input("x", .f32, [50]))))
    let plan = try builder.build().planReport()
    #expect(plan.hasPrefix("plan 1\n") && plan.contains("constant = ["))
    #expect(try KernelText.checked(Array(plan.utf8), of: "plan.txt") == plan)
  }
}
