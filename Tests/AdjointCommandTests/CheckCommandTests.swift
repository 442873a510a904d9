import Foundation
import Testing

@Suite struct CheckCommandTests {
  @Test func listsWhatHasNoDerivative() throws {
    let run = try CommandRun("check", "Graphs/digits-mlp.graph")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("digits_mlp is valid: 10 nodes"))
    #expect(run.output.contains("10 of 12 derivatives of outputs exist\n"))
    #expect(run.output.contains("loss with respect to labels:\n    labels is i32[B]"))
  }

  @Test func listsWhatCountsAsAConstant() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "constants.graph",
      """
      adjoint 1
      graph constants {
        input %x: f64[B, 3]
        %largest = reduce_max(%x) {axes = [1]} : f64[B]
        %shift = stop_gradient(%largest) : f64[B]
        %shifts = broadcast(%shift) {shape = [B, 3], axes = [0]} : f64[B, 3]
        %shifted = subtract(%x, %shifts) : f64[B, 3]
        %is_cut = less_or_equal(%shifted, %shifts) : bool[B, 3]
        %h = select(%is_cut, %shifts, %shifted) : f64[B, 3]
        %sum = reduce_sum(%h) {axes = [0, 1]} : f64[]
        %count = extent(%h) {axes = [0], to = f64} : f64[]
        %y = divide(%sum, %count) : f64[]
        output y = %y
      }
      """)
    let run = try CommandRun("check", path)
    // These derivatives exist, and take parts of the graph for constants.
    let list = try #require(run.output.range(of: "constants to these derivatives:\n"))
    #expect(
      run.output[list.upperBound...].split(separator: "\n").map { $0.prefix { $0 != ")" } } == [
        "  %shift (stop_gradient", "  %is_cut (less_or_equal", "  %count (extent",
      ])
  }

  @Test func namesTheNodeInTheWay() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "rounded.graph",
      """
      adjoint 1
      graph rounded {
        input %x: f64[]
        input %unused: f64[]
        %r = floor(%x) : f64[]
        output y = %r
      }
      """)
    let run = try CommandRun("check", path, "--json")
    #expect(run.status == 0)
    let report = try run.json
    #expect(report["valid"] as? Bool == true)
    #expect(report["nodes"] as? Int == 3)
    let pairs = try #require(report["derivatives"] as? [[String: Any]])
    #expect(pairs.map { $0["source"] as? String } == ["x", "unused"])
    #expect(pairs.map { $0["dependence"] as? String } == ["blocked", "none"])
    let obstacles = try #require(pairs[0]["obstacles"] as? [String])
    #expect(obstacles.count == 1)
    #expect(obstacles[0].hasPrefix("%r (floor) has no derivative"))
  }

  @Test func refusesWhatIsNoGraph() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("bad.graph", "adjoint 1\ngraph g {\n  %y = sine(%x) : f64[]\n}\n")
    let run = try CommandRun("check", path)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(path):3:"))
  }

  @Test func refusesAFileThatIsNotThere() throws {
    let run = try CommandRun("check", "nowhere.graph", "--json")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: nowhere.graph: cannot read: "))
  }
}
