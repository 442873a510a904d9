import Foundation
import Testing

@Suite("Kernels on the command line") struct KernelCommandTests {
  /// The passes that the command knows, which it lists where it does not know one.
  private static func passes() throws -> [String] {
    let errors = try CommandRun("print", "Graphs/trace.graph", "--after", "none").errors
    let list = errors.components(separatedBy: "those of kernels are ").last ?? ""
    return list.components(separatedBy: " [")[0].components(separatedBy: ", ")
  }

  @Test("are printed after each kernel pass, and read again")
  func afterEachPass() throws {
    let folder = try TemporaryFolder()
    let passes = try Self.passes()
    #expect(passes.first == "uniform-constants" && passes.count > 5)
    for pass in passes {
      let first = try CommandRun(
        "print", "Graphs/digits-mlp.graph", "--after", pass, "--dim", "B=32")
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.hasPrefix("kernel graph 1\n\nvalues\n"))
      let second = try CommandRun("print", folder.file("kernels.txt", first.output))
      #expect(second.output == first.output)
      #expect(second.status == 0, "\(second.errors)")
    }
  }

  @Test("a plan is read, verified and printed again")
  func plan() throws {
    let folder = try TemporaryFolder()
    let first = try CommandRun("print", "Graphs/trace.graph", "--plan")
    let second = try CommandRun("print", folder.file("plan.txt", first.output))
    #expect(second.output == first.output)
    #expect(second.status == 0, "\(second.errors)")
    let wrong = first.output.replacingOccurrences(of: " at 64,", with: " at 0,")
    #expect(wrong != first.output)
    let third = try CommandRun("print", folder.file("wrong.txt", wrong))
    #expect(third.status == 1)
    #expect(third.output.isEmpty)
    #expect(third.errors.contains("share bytes"), "\(third.errors)")
    #expect(third.errors.hasSuffix("[invalid-plan]\n"), "\(third.errors)")
    let fourth = try CommandRun(
      "print",
      folder.file("wrong2.txt", first.output.replacingOccurrences(of: "arena", with: "area")))
    #expect(
      fourth.errors.contains("wrong2.txt:3:1: expected 'arena', found 'area"), "\(fourth.errors)")
  }

  @Test("a plan of a graph with functions is read again")
  func planOfFunctions() throws {
    let folder = try TemporaryFolder()
    let first = try CommandRun("print", "Graphs/residual-blocks.graph", "--plan", "--dim", "B=8")
    let second = try CommandRun("print", folder.file("plan.txt", first.output))
    #expect(first.output.hasPrefix("plan 1\n"))
    #expect(second.output == first.output)
    #expect(second.status == 0, "\(second.errors)")
  }

  @Test("an unknown pass is refused with the names of all")
  func unknownPass() throws {
    let run = try CommandRun("print", "Graphs/trace.graph", "--after", "row")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("there is no pass named row; the passes are dead-nodes, "))
    #expect(run.errors.contains("those of kernels are uniform-constants, "))
  }

  @Test("a machine is printed, changed and taken")
  func machine() throws {
    let folder = try TemporaryFolder()
    let printed = try CommandRun("machine")
    #expect(
      printed.output.hasPrefix("machine 1\n\nfixed, decides how sums are put together\n  vector "))
    let file = try folder.file("machine.txt", printed.output)
    #expect(try CommandRun("machine", "--machine", file).output == printed.output)
    let small = """
      machine 1
      fixed, decides how sums are put together
      vector 32 bytes
      cache 64 bytes for 1 core
      free, changes no bit
      cores 64
      launch 15 ns
      hand-over 100 ns
      arithmetic 48 multiply-adds in 1 ns
      memory 10 bytes in 1 ns

      """
    let rows = try CommandRun(
      "print", "Graphs/softmax-regression.graph", "--rows", "--dim", "B=32", "--machine",
      folder.file("small.txt", small))
    #expect(rows.output.contains("in a cache of 64\n"), "\(rows.output)\(rows.errors)")
    let wrong = try CommandRun(
      "machine", "--machine",
      folder.file("wrong.txt", small.replacingOccurrences(of: "cores 64", with: "cores 0")))
    #expect(wrong.status == 1)
    #expect(
      wrong.errors.contains("wrong.txt:6:7: expected a number of cores, 1 to 65536, found '0'"),
      "\(wrong.errors)")
    let missing = try CommandRun("machine", "--machine", "no/such/file")
    #expect(missing.errors.contains("no/such/file"))
    #expect(missing.status == 1)
  }
}
