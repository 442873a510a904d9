import Foundation
import Testing

@Suite struct ExploreCommandTests {
  private func data(of path: String) throws -> [String: Any] {
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let begin = try #require(page.range(of: "id=\"data\">"))
    let rest = page[begin.upperBound...]
    let end = try #require(rest.range(of: "</script>"))
    let object = try JSONSerialization.jsonObject(with: Data(rest[..<end.lowerBound].utf8))
    return try #require(object as? [String: Any])
  }

  @Test func writesAPageOfAGraphWithItsGradient() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("page.html")
    let run = try CommandRun(
      "explore", "Graphs/digits-mlp.graph", "--gradient", "--dim", "B=32", "-o", path)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
    let data = try data(of: path)
    #expect(data["title"] as? String == "digits_mlp")
    #expect(data["dimensions"] as? [String] == ["B = 32"])
    #expect(data["profile"] == nil)
    let strings = try #require(data["strings"] as? [String])
    #expect(strings.contains("gradient.w1") && strings.contains("Graphs/digits-mlp.graph"))
  }

  @Test func runsTheGraphWhereAskedTo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("page.html")
    let run = try CommandRun(
      "explore", "Graphs/trace.graph", "--profile", "--repeats", "2", "--threads", "1", "--set",
      "x1=1", "-o", path)
    #expect(run.status == 0 && run.errors.isEmpty)
    let data = try data(of: path)
    let profile = try #require(data["profile"] as? [String: Any])
    let steps = try #require(data["steps"] as? [String: Any])
    #expect((profile["seconds"] as? [Double])?.count == (steps["kernels"] as? [Int])?.count)
    #expect(
      (profile["summary"] as? String)?.hasPrefix("median of 2 runs, at most 1 thread") == true)
  }

  @Test(arguments: [
    (
      ["-o", "Output/none.html"], "Graphs/digits-mlp.graph: the graph digits_mlp has named",
      "[unbound-dimension]"
    ),
    (["-o", "no/such/folder/p.html", "--dim", "B=2"], "no/such/folder", "[input-output]"),
    (["-o", "/tmp", "--dim", "B=2"], "/tmp", "[input-output]"),
    (["-o", "Output/none.html", "--dim", "C=2"], "no dimension named C", "[unknown-name]"),
    (
      ["-o", "Output/none.html", "--set", "z=1"], "no input or parameter named z", "[unknown-name]"
    ),
  ])
  func refusesWhatDoesNotFit(_ options: [String], _ part: String, _ code: String) throws {
    let folder = try TemporaryFolder()
    let options = options.map { $0.replacingOccurrences(of: "Output", with: folder.url.path) }
    let run = try CommandRun(arguments: ["explore", "Graphs/digits-mlp.graph"] + options)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: ") && run.errors.hasSuffix("\(code)\n"))
    #expect(run.errors.contains(part))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy {
        $0 != "none.html"
      })
  }

  @Test(arguments: [[], ["-o", "p.html", "--of", "loss"], ["-o", "p.html", "--repeats", "0"]])
  func refusesMalformedOptions(_ options: [String]) throws {
    let run = try CommandRun(arguments: ["explore", "Graphs/trace.graph"] + options)
    #expect(run.status == 64 && run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }
}
