import Foundation
import Testing

@Suite struct PrintCommandTests {
  @Test(arguments: ["trace", "digits-mlp", "softmax-regression", "chain", "skip"])
  func printsWhatItReads(_ name: String) throws {
    let folder = try TemporaryFolder()
    let first = try CommandRun("print", "Graphs/\(name).graph")
    #expect(first.status == 0)
    #expect(first.errors.isEmpty)
    let second = try CommandRun("print", folder.file("again.graph", first.output))
    #expect(second.output == first.output)
  }

  @Test func endsWithCountsInAComment() throws {
    let run = try CommandRun("print", "Graphs/trace.graph")
    #expect(run.output.hasSuffix("}\n// 7 nodes: 7 forward\n"))
  }

  @Test func showsEveryPass() throws {
    let run = try CommandRun("print", "Graphs/digits-mlp.graph", "--passes")
    let headlines = run.output.split(separator: "\n").filter {
      $0.hasPrefix("// ") && $0.contains(" nodes: ")
    }
    // As read, and after each pass.
    #expect(headlines.count == 13)
    #expect(headlines[0].hasPrefix("// as read: 10 nodes"))
    #expect(headlines[1].hasPrefix("// 1. dead-nodes ("))
    let after = try CommandRun("print", "Graphs/digits-mlp.graph", "--after", "stable-forms")
    #expect(after.status == 0)
    #expect(after.output.hasPrefix("adjoint 1\n"))
  }

  private static let rewritten = """
    adjoint 1
    graph rewritten {
      input %x: f64[2]
      %one = constant() {value = 1.0, type = f64[]} : f64[]
      %ones = broadcast(%one) {shape = [2], axes = []} : f64[2]
      %e = exp(%x) : f64[2]
      %s = add(%ones, %e) : f64[2]
      %y = log(%s) : f64[2]
      %n = negate(%y) : f64[2]
      %m = negate(%n) : f64[2]
      output y = %y
      output m = %m
    }
    """

  @Test func showsWhichRewritesWereAppliedWhere() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("rewritten.graph", Self.rewritten)
    let run = try CommandRun("print", file, "--passes")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n").filter { $0.hasPrefix("//   ") }
    #expect(lines.count == 3, "\(lines)")
    #expect(lines[0].hasPrefix("//   log(1 + x) → log1p(x): once, at %y ("))
    #expect(lines[0].hasSuffix("rewritten.graph:8:3) → %y"), "\(lines[0])")
    #expect(lines[1].hasPrefix("//   log1p(exp(x)) → softplus(x): once, at %y ("))
    #expect(lines[2].hasPrefix("//   −(−x) → x: once, at %m ("))
    #expect(lines[2].hasSuffix("rewritten.graph:10:3) → %y"), "\(lines[2])")
    #expect(try CommandRun("print", file, "--passes", "--places", "0").status != 0)
  }

  @Test func followsANodeBack() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("rewritten.graph", Self.rewritten)
    let run = try CommandRun("print", file, "--history", "y")
    #expect(
      run.output == """
        %y = softplus(%x) : f64[2]
          log1p(exp(x)) → softplus(x), in place of %y
          log(1 + x) → log1p(x), in place of %y

        """)
    let before = try CommandRun("print", file, "--history", "y", "--after", "dead-nodes")
    #expect(before.output == "%y = log(%s) : f64[2]\n  no rewrite made it\n")
    let unknown = try CommandRun("print", file, "--history", "nowhere")
    #expect(unknown.status == 1)
    #expect(unknown.output.isEmpty)
    #expect(unknown.errors.contains("has no node %nowhere"))
    #expect(try CommandRun("print", file, "--history", "y", "--dot").status != 0)
  }

  @Test func showsThePlanOnlyWithAllDimensions() throws {
    let plan = try CommandRun("print", "Graphs/digits-mlp.graph", "--plan", "--dim", "B=32")
    #expect(plan.status == 0)
    for part in ["kernels\n", "steps\n", "buffers\n", "lower bound"] {
      #expect(plan.output.contains(part))
    }
    let unbound = try CommandRun("print", "Graphs/digits-mlp.graph", "--plan")
    #expect(unbound.status == 1)
    #expect(unbound.output.isEmpty)
    #expect(unbound.errors.contains("give numbers for B"))
    #expect(unbound.errors.contains("[unbound-dimension]"))
  }

  @Test func showsTheCallsOfFunctions() throws {
    let run = try CommandRun(
      "print", "Graphs/residual-blocks.graph", "--calls", "--dim", "B=8")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("calls\n  @block: 3 calls of "), "\(run.output)\(run.errors)")
  }

  @Test func showsWhatIsFusedIntoProducts() throws {
    let run = try CommandRun("print", "Graphs/digits-mlp.graph", "--fusions", "--dim", "B=32")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(
      run.output.hasPrefix(
        """
        2 contractions, 2 with something fused into them: 35328 bytes a run that are neither written nor read

        step 0: f32 [32, 64] · [64, 128]  %0
          fuses   %1 %z1 %3 %4 %h (element by element with %b1 for every row): 32768 bytes

        step 1: f32 [32, 128] · [128, 10]  %5
          fuses   %6 %logits (element by element with %b2 for every row): 2560 bytes
          rejects
        """), "\(run.output)")
    let unbound = try CommandRun("print", "Graphs/digits-mlp.graph", "--fusions")
    #expect(unbound.status == 1)
    #expect(unbound.errors.contains("[unbound-dimension]"))
  }

  @Test func printsGraphvizAndRoles() throws {
    let dot = try CommandRun("print", "Graphs/trace.graph", "--dot")
    #expect(dot.output.hasPrefix("digraph"))
    let folder = try TemporaryFolder()
    let derivative = folder.path("gradient.graph")
    let made = try CommandRun(
      "differentiate", "Graphs/trace.graph", "--of", "y", "--with-respect-to", "x1,x2", "-o",
      derivative)
    #expect(made.status == 0)
    #expect(made.output.isEmpty)
    let adjoint = try CommandRun("print", derivative, "--role", "adjoint")
    #expect(adjoint.output.contains("@adjoint"))
    #expect(!adjoint.output.contains("@accumulation"))
    #expect(!adjoint.output.contains("input %x1"))
    let forward = try CommandRun("print", derivative, "--role", "forward")
    #expect(forward.output.contains("input %x1"))
    #expect(!forward.output.contains("@"))
  }

  @Test(arguments: [
    ["--passes", "--plan"], ["--role", "nothing"], ["--dim", "B"], ["--dim", "B=-1"],
    ["--after", "dead-nodes", "--plan"], ["--fusions", "--plan"], ["--calls", "--plan"],
    ["--after", "dead-nodes", "--fusions"],
  ])
  func refusesOptionsThatMeanNothing(_ options: [String]) throws {
    let run = try CommandRun(arguments: ["print", "Graphs/digits-mlp.graph"] + options)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("Usage: adjoint print"))
  }

  @Test func namesThePassesWhereOneIsUnknown() throws {
    let run = try CommandRun("print", "Graphs/trace.graph", "--after", "magic")
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("error: there is no pass named magic; the passes are dead-nodes"))
  }

  @Test func endsQuietlyWhereNobodyReads() throws {
    let run = try CommandRun(
      shell: "\"$ADJOINT\" print Graphs/digits-mlp.graph --passes | head -1; "
        + "echo ${PIPESTATUS[0]}")
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "// as read: 10 nodes: 10 forward")
    #expect(["0", "141"].contains(lines.last ?? ""))
  }

  #if os(Linux)
    @Test func saysThatTheDiskIsFull() throws {
      let run = try CommandRun(shell: "\"$ADJOINT\" print Graphs/trace.graph > /dev/full")
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: cannot write to the standard output"))
    }
  #endif
}
