import Foundation
import Testing

@Suite struct DerivativeCommandTests {
  private static let point = ["--set", "x1=2", "--set", "x2=5"]

  /// The value of an output in a report of `run --json`.
  private func number(_ report: [String: Any], _ group: String, _ name: String) throws -> Double {
    let members = try #require(report[group] as? [String: [String: Any]])
    return try #require(members[name]?["value"] as? Double)
  }

  @Test(arguments: [[], ["--raw"], ["--as-written"]])
  func aWrittenDerivativeRunsToTheGradient(_ form: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("gradient.graph")
    let written = try CommandRun(
      arguments: [
        "differentiate", "Graphs/trace.graph", "--of", "y", "--with-respect-to", "x1,x2",
        "--output", path,
      ] + form)
    #expect(written.status == 0)
    let run = try CommandRun(arguments: ["run", path, "--json"] + Self.point).json
    let direct = try CommandRun(
      arguments: ["gradient", "Graphs/trace.graph", "--of", "y", "--json"] + Self.point
    ).json
    let wanted = ["x1": 5 + 5 * exp(10.0), "x2": 2 + 2 * exp(10.0) - cos(5.0)]
    for (name, value) in wanted {
      let fromFile = try number(run, "outputs", "gradient.\(name)")
      let fromCommand = try number(direct, "gradients", name)
      #expect(abs(fromFile - value) <= 1e-9 * value)
      #expect(abs(fromCommand - value) <= 1e-9 * value)
    }
  }

  @Test func forwardModeGivesTheDirectionalDerivative() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("tangent.graph")
    _ = try CommandRun(
      "differentiate", "Graphs/trace.graph", "--of", "y", "--with-respect-to", "x1,x2", "--mode",
      "forward", "-o", path)
    let run = try CommandRun(
      arguments: ["run", path, "--json", "--set", "tangent.x1=1", "--set", "tangent.x2=-2"]
        + Self.point)
    let wanted = 5 + 5 * exp(10.0) - 2 * (2 + 2 * exp(10.0) - cos(5.0))
    #expect(abs(try number(run.json, "outputs", "tangent.y") - wanted) <= 1e-9 * abs(wanted))
  }

  @Test func standardOutputIsAGraphFile() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      "differentiate", "Graphs/trace.graph", "--of", "y", "--with-respect-to", "x1")
    let again = try CommandRun("check", folder.file("d.graph", run.output))
    #expect(again.status == 0)
    #expect(again.output.contains("output gradient.x1: f64[]"))
  }

  @Test func listsEverythingInTheWay() throws {
    let run = try CommandRun(
      "differentiate", "Graphs/digits-mlp.graph", "--of", "loss", "--with-respect-to", "w1,labels")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("labels is i32[B], which carries no derivative"))
    #expect(run.errors.contains("[not-differentiable]"))
  }

  @Test func writesWhatGeneratorsAskFor() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "two.graph",
      """
      adjoint 1
      graph two {
        input %x: f64[]
        input %y: f64[]
        %s = sin(%x) : f64[]
        %p = multiply(%x, %y) : f64[]
        output s = %s
        output p = %p
      }
      """)
    let derivative = folder.path("derivative.graph")
    let arguments = ["differentiate", path, "--of", "s,p", "--with-respect-to", "x,y"]
    let refused = try CommandRun(arguments: arguments)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("s does not depend on y"))
    let written = try CommandRun(
      arguments: arguments + ["--zeros", "--cotangent", "-o", derivative])
    #expect(written.status == 0)
    let run = try CommandRun(
      "run", derivative, "--json", "--set", "x=0", "--set", "y=3", "--set", "cotangent.s=2",
      "--set", "cotangent.p=-1"
    ).json
    #expect(try number(run, "outputs", "gradient.s.x") == 2)
    #expect(try number(run, "outputs", "gradient.s.y") == 0)
    #expect(try number(run, "outputs", "gradient.p.x") == -3)
    #expect(try number(run, "outputs", "gradient.p.y") == 0)
    let forward = try CommandRun(arguments: arguments + ["--cotangent", "--mode", "forward"])
    #expect(forward.status == 1)
    #expect(forward.errors.contains("[invalid-argument]"))
  }

  @Test func gradientGivesZerosOnDemand() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "two.graph",
      """
      adjoint 1
      graph two {
        input %x: f64[]
        input %y: f64[2]
        %s = sin(%x) : f64[]
        output s = %s
      }
      """)
    let arguments = [
      "gradient", path, "--with-respect-to", "x,y", "--set", "x=0", "--set", "y=3,4", "--json",
    ]
    let refused = try CommandRun(arguments: arguments)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("s does not depend on y"))
    let run = try CommandRun(arguments: arguments + ["--zeros"])
    #expect(run.status == 0, "\(run.errors)")
    let gradients = try #require(run.json["gradients"] as? [String: [String: Any]])
    #expect(gradients["x"]?["value"] as? Double == 1)
    #expect(gradients["y"]?["value"] as? [Double] == [0, 0])
    // What carries no derivative has none, and no zeros.
    let labels = try CommandRun(
      "gradient", "Graphs/digits-mlp.graph", "--with-respect-to", "labels", "--zeros")
    #expect(labels.status == 1)
    #expect(labels.errors.contains("labels is i32[B], which carries no derivative"))
  }

  @Test(arguments: ["central", "richardson", "central:1e-4"])
  func gradientByDifferences(_ method: String) throws {
    let arguments = ["gradient", "Graphs/trace.graph", "--of", "y", "--differences", method]
    let run = try CommandRun(arguments: arguments + Self.point + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    let wanted = ["x1": 5 + 5 * exp(10.0), "x2": 2 + 2 * exp(10.0) - cos(5.0)]
    for (name, value) in wanted {
      let found = try number(run.json, "gradients", name)
      let error = try number(run.json, "errors", name)
      #expect(abs(found - value) <= error && error <= 1e-4 * abs(value))
      #expect(try number(run.json, "steps", name) > 0)
    }
    let text = try CommandRun(arguments: arguments + Self.point).output
    #expect(text.contains("error.x1: f64[] = ") && text.contains("step.x2: f64[] = "))
    for wrong in [["--differences", "central:0"], ["--differences", "centre"], ["--zeros"]] {
      #expect(try CommandRun(arguments: arguments + Self.point + wrong).status == 64)
    }
  }

  @Test func traceIsTheTableOfTheBook() throws {
    let run = try CommandRun(
      arguments: ["trace", "Graphs/trace.graph", "--of", "y", "--tangent", "x1", "--json"]
        + Self.point)
    #expect(run.status == 0)
    let rows = try #require(try run.json["rows"] as? [[String: Any]])
    let e = exp(10.0)
    let wanted: [(String, Double, Double, Double)] = [
      ("x1", 2, 1, 5 + 5 * e), ("x2", 5, 0, 2 + 2 * e - cos(5.0)), ("v3", 10, 5, 1 + e),
      ("v4", sin(5.0), 0, -1), ("v5", e, 5 * e, 1), ("v6", 10 - sin(5.0), 5, 1),
      ("v7", e + 10 - sin(5.0), 5 * e + 5, 1),
    ]
    #expect(rows.map { $0["name"] as? String } == wanted.map { $0.0 })
    for (row, (_, primal, tangent, adjoint)) in zip(rows, wanted) {
      for (key, value) in [("primal", primal), ("tangent", tangent), ("adjoint", adjoint)] {
        let number = try #require(row[key] as? Double)
        #expect(abs(number - value) <= 1e-9 * max(abs(value), 1e-3))
      }
    }
    let table = try CommandRun(arguments: ["trace", "Graphs/trace.graph"] + Self.point)
    #expect(table.output.contains("multiply(v̇3, v5)"))
    #expect(table.output.contains("add(v̄7, multiply(v̄7, v5))"))
  }

  /// log(1 − σ(x)) of one element.
  private static let logComplement = """
    adjoint 1
    graph bce {
      input %x: f32[1]
      %one = constant() {value = 1.0, type = f32[]} : f32[]
      %o = broadcast(%one) {shape = [1], axes = []} : f32[1]
      %s = sigmoid(%x) : f32[1]
      %c = subtract(%o, %s) : f32[1]
      %l = log(%c) : f32[1]
      %t = reduce_sum(%l) {axes = [0]} : f32[]
      output t = %t
    }
    """

  @Test(arguments: ["20", "100", "1e30"])
  func stableFormsHaveStableDerivatives(_ x: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("bce.graph", Self.logComplement)
    let gradient = try CommandRun("gradient", path, "--set", "x=\(x)", "--json").json
    let slopes = try #require(gradient["gradients"] as? [String: [String: Any]])
    #expect((slopes["x"]?["value"] as? [Double]) == [-1])
    let trace = try CommandRun("trace", path, "--set", "x=\(x)", "--json").json
    let rows = try #require(trace["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["name"] as? String }.contains("l"))
    #expect((rows.first?["adjoint"] as? [Double]) == [-1])
    let raw = try CommandRun("trace", path, "--as-written", "--set", "x=\(x)", "--json").json
    let written = try #require(raw["rows"] as? [[String: Any]])
    #expect(written.compactMap { $0["name"] as? String } == ["x", "one", "o", "s", "c", "l", "t"])
    for (option, operation) in [([], "softplus"), (["--as-written"], "log"), (["--raw"], "log")] {
      let text = try CommandRun(
        arguments: ["differentiate", path, "--of", "t", "--with-respect-to", "x"] + option
      ).output
      #expect(text.contains("= \(operation)("))
    }
    #expect(try CommandRun("check-gradients", path, "--set", "x=\(x)").status == 0)
  }

  @Test func traceIsForSmallGraphs() throws {
    let folder = try TemporaryFolder()
    var text = "adjoint 1\ngraph long {\n  input %x: f64[]\n  %a0 = exp(%x) : f64[]\n"
    for index in 1...200 { text += "  %a\(index) = sin(%a\(index - 1)) : f64[]\n" }
    let path = try folder.file("long.graph", text + "  output y = %a200\n}\n")
    let run = try CommandRun("trace", path, "--set", "x=1")
    #expect(run.status == 1)
    #expect(run.errors.contains("a trace is for small graphs"))
  }

  @Test func checksGradientsAndSaysWhatItMadeUp() throws {
    let run = try CommandRun("check-gradients", "Graphs/digits-mlp.graph", "--dim", "B=2")
    #expect(run.status == 0)
    #expect(run.output.contains("labels: i32[2]: 0 and 1 at random"))
    #expect(run.output.hasSuffix("all derivatives of loss agree with central differences\n"))
    let json = try CommandRun(
      "check-gradients", "Graphs/softmax-regression.graph", "--json", "--with-respect-to", "w"
    ).json
    #expect(json["passes"] as? Bool == true)
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.map { $0["source"] as? String } == ["w"])
    #expect(rows[0]["compared"] as? Int == 12)
  }

  @Test func aSmallKinkIsNoMiss() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "kink.graph",
      """
      adjoint 1
      graph kink {
        input %x: f64[]
        parameter %p: f64[3] = zeros
        %b = constant() {value = [0.0, 0.0, 0.0], type = f64[3]} : f64[3]
        %m = less_or_equal(%p, %b) : bool[3]
        %r = select(%m, %b, %p) : f64[3]
        %k = constant() {value = [0.00006, 0.0006, 0.000006], type = f64[3]} : f64[3]
        %q = multiply(%r, %k) : f64[3]
        %s = reduce_sum(%q) {axes = [0]} : f64[]
        %t = add(%s, %x) : f64[]
        output loss = %t
      }
      """)
    let run = try CommandRun("check-gradients", path, "--set", "x=0.5")
    #expect(run.status == 0)
    #expect(run.output.contains("3 at a kink left out"), "\(run.output)")
  }

  @Test func aMissExitsWithOne() throws {
    let folder = try TemporaryFolder()
    // The derivative stops by intent at a value that the output depends on.
    let path = try folder.file(
      "stopped.graph",
      """
      adjoint 1
      graph stopped {
        input %x: f32[]
        %s = stop_gradient(%x) : f32[]
        %y = multiply(%x, %s) : f32[]
        output y = %y
      }
      """)
    let run = try CommandRun("check-gradients", path, "--set", "x=3")
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("1 wrong; element 0: 3.0, and by differences 6.0"))
  }

  @Test func helpHasAnExampleForEachCommand() throws {
    let names = [
      "print", "check", "differentiate", "run", "gradient", "trace", "train", "check-gradients",
    ]
    for name in names {
      let run = try CommandRun(name, "--help")
      #expect(run.status == 0)
      #expect(run.output.contains("adjoint \(name) "))
      #expect(run.output.contains("OVERVIEW: "))
    }
    #expect(try CommandRun("--version").output == "0.1.0\n")
    #expect(try CommandRun("nonsense").status == 64)
  }
}
