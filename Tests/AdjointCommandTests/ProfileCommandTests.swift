import Foundation
import Testing

@Suite struct ProfileCommandTests {
  /// Few runs of a graph with its gradient.
  private static let digits = [
    "profile", "Graphs/digits-mlp.graph", "--gradient", "--dim", "B=32", "--repeats", "3",
    "--threads", "2",
  ]

  @Test func printsATableOfTheSteps() throws {
    let run = try CommandRun(arguments: Self.digits)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0].hasPrefix("digits_mlp: "))
    #expect(lines[0].contains("on at most 2 threads, the median of 3 runs"))
    #expect(lines[1].hasPrefix("this machine: ") && lines[1].contains(" GFLOP/s, "))
    #expect(lines[1].contains("2 products of ") && lines[1].contains(" in f32, a sum of arrays"))
    #expect(lines[2] == "made up:")
    #expect(lines[3] == "  x: f32[32, 64]: numbers of the normal distribution")
    #expect(lines[4] == "  labels: i32[32]: 0 and 1 at random")
    #expect(lines[5].isEmpty)
    for heading in [
      "step", "time", "share", "GFLOP/s", "GB/s", "threads", "kernel", "nodes", "places",
    ] {
      #expect(lines[6].contains(heading))
    }
    let product = try #require(
      lines.first { $0.contains("k0 contraction f32 [32, 64] · [64, 128]") })
    #expect(product.contains("Graphs/digits-mlp.graph:13,14"))
    #expect(product.contains("%h"))
    // Those that take most come first.
    let shares = lines[7...].filter { !$0.isEmpty }.compactMap { line in
      line.range(of: #"[0-9.]+ %"#, options: .regularExpression)
        .flatMap { Double(line[$0].dropLast(2)) }
    }
    #expect(shares.count > 5 && shares == shares.sorted(by: >))
    #expect(abs(shares.reduce(0, +) - 100) < 1)
  }

  @Test func listsAsManyStepsAsAskedFor() throws {
    let run = try CommandRun(arguments: Self.digits + ["--steps", "2"])
    let lines = run.output.split(separator: "\n")
    let heading = try #require(lines.firstIndex { $0.contains("GFLOP/s") && $0.contains("places") })
    #expect(lines.count == heading + 4)
    #expect(lines.last?.hasPrefix("and ") == true && lines.last?.hasSuffix(" others") == true)
  }

  @Test func printsJSONWithAllStepsAndWritesATrace() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      arguments: Self.digits + ["--steps", "1", "--json", "--trace", folder.path("trace.json")])
    #expect(run.status == 0)
    let report = try run.json
    #expect(report["graph"] as? String == "digits_mlp")
    #expect(report["dimensions"] as? [String: Int] == ["B": 32])
    #expect(report["threads"] as? Int == 2 && report["repeats"] as? Int == 3)
    #expect(report["statistic"] as? String == "median")
    let steps = try #require(report["steps"] as? [[String: Any]])
    #expect(steps.count > 5)
    #expect(steps.map { $0["step"] as? Int } == Array(0..<steps.count))
    // Each element of the product is a sum of products, a bias, a comparison and a selection.
    #expect(steps[0]["operations"] as? Int == 2 * 32 * 64 * 128 + 3 * 32 * 128)
    let nodes = try #require(steps[0]["nodes"] as? [[String: Any]])
    #expect(nodes.contains { $0["node"] as? String == "h" })
    #expect(nodes[0]["location"] as? String == "Graphs/digits-mlp.graph:13:3")
    let roles = steps.flatMap { $0["nodes"] as? [[String: Any]] ?? [] }.compactMap {
      $0["role"] as? String
    }
    #expect(roles.contains("adjoint"))
    let trace = try JSONSerialization.jsonObject(with: folder.data("trace.json"))
    let events = try #require((trace as? [String: Any])?["traceEvents"] as? [[String: Any]])
    #expect(events.count { $0["cat"] as? String == "step" } == steps.count)
    #expect(events.count { $0["name"] as? String == "thread_name" } == 2)
  }

  @Test(arguments: [
    (
      [], "Graphs/digits-mlp.graph: the graph digits_mlp has named dimensions",
      "[unbound-dimension]"
    ),
    (["--dim", "C=3"], "no dimension named C", "[unknown-name]"),
    (["--set", "z=1"], "no input or parameter named z", "[unknown-name]"),
    (["--gradient", "--of", "none"], "no output named none", "[unknown-name]"),
    (["--dim", "B=2", "--trace", "no/such/folder/t.json"], "no/such/folder", "[input-output]"),
  ])
  func refusesWhatDoesNotFit(_ options: [String], _ part: String, _ code: String) throws {
    let run = try CommandRun(arguments: ["profile", "Graphs/digits-mlp.graph"] + options)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: ") && run.errors.hasSuffix("\(code)\n"))
    #expect(run.errors.contains(part))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func refusesAGraphWithoutStepsAtItsPlace() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "empty.graph",
      """
      adjoint 1
      graph empty {
        input %x: f32[3]
        output y = %x
      }
      """)
    let run = try CommandRun("profile", path)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(path):3:3: the graph empty has no steps"))
    #expect(run.errors.hasSuffix("[invalid-argument]\n"))
  }

  @Test(arguments: [
    ["--repeats", "0"], ["--repeats", "-3"], ["--threads", "0"], ["--steps", "-1"],
    ["--of", "loss"], ["--with-respect-to", "w1"],
  ])
  func refusesMalformedOptions(_ options: [String]) throws {
    let run = try CommandRun(
      arguments: ["profile", "Graphs/digits-mlp.graph", "--dim", "B=1"] + options)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
  }
}
