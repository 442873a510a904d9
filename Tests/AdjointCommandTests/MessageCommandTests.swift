import Adjoint
import Testing

/// What the command says where an argument is not needed, not known or not possible.
@Suite struct MessageCommandTests {
  private let folder: TemporaryFolder
  private let graph: String

  init() throws {
    folder = try TemporaryFolder()
    graph = try folder.file(
      "parts.graph",
      """
      adjoint 1
      graph parts {
        input %x: f32[]
        input %z: f32[B]
        parameter %w: f32[] = constant(3.0)
        %wx = multiply(%w, %x) : f32[]
        %l = multiply(%x, %x) : f32[]
        %m = sin(%z) : f32[B]
        output l = %l
        output m = %m
        output wx = %wx
      }
      """)
  }

  @Test func valuesThatTheOutputDoesNotNeedAreAccepted() throws {
    let z = folder.path("z.npy")
    try NPYFile(Tensor([1, 2])).write(to: z)
    for more in [["--set", "z=2"], ["--input", "z=\(z)"], ["--set", "w=1"], ["--dim", "B=3"]] {
      let gradient = try CommandRun(
        arguments: ["gradient", graph, "--of", "l", "--set", "x=1"] + more)
      #expect(gradient.output == "l: f32[] = 1.0\ngradient.x: f32[] = 2.0\n", "\(gradient.errors)")
      let run = try CommandRun(arguments: ["run", graph, "--only", "l", "--set", "x=1"] + more)
      #expect(run.output == "l: f32[] = 1.0\n", "\(run.errors)")
      let check = try CommandRun(
        arguments: ["check-gradients", graph, "--of", "l", "--set", "x=1"] + more)
      #expect(check.status == 0, "\(check.errors)")
    }
  }

  @Test(arguments: [
    (["--set", "z=1,nothing"], "'nothing'"), (["--set", "y=1"], "no input or parameter named y"),
    (["--dim", "C=3"], "no dimension named C; it has B"),
    (["--set", "z=1,2", "--dim", "B=3"], "B is 3"), (["--set", "w=1,2"], "is given 2 numbers"),
    (["--set", "z=1", "--set", "z=2"], "given twice"), (["--set", "z=1e39"], "cannot hold"),
  ])
  func theyAreCheckedAllTheSame(_ more: [String], _ part: String) throws {
    for command in [["gradient", graph, "--of", "l"], ["run", graph, "--only", "l"]] {
      let run = try CommandRun(arguments: command + ["--set", "x=1"] + more)
      #expect(run.status != 0)
      #expect(run.errors.contains(part), "\(run.errors)")
    }
  }

  @Test func anOutputThatIsLeftOutIsNotSaidToBeMissing() throws {
    let run = try CommandRun(
      "run", graph, "--only", "l", "--set", "x=1", "--output", "m=\(folder.path("m.npy"))")
    #expect(run.status == 1)
    #expect(run.errors.contains("--output writes m, which --only leaves out; name it there too"))
    let unknown = try CommandRun(
      "run", graph, "--only", "l", "--set", "x=1", "--output", "n=\(folder.path("m.npy"))")
    #expect(unknown.errors.contains("no output named n; it has l, m, wx"))
  }

  @Test func secondDerivativesHaveNamesOfTheirOwn() throws {
    let cube = try folder.file(
      "cube.graph",
      """
      adjoint 1
      graph cube {
        input %x: f64[]
        %s = multiply(%x, %x) : f64[]
        %y = multiply(%s, %x) : f64[]
        output y = %y
      }
      """)
    var path = cube
    var names = ["y"]
    // y = x³ and its derivatives at 2, each of the derivative before.
    let values = ["8.0", "12.0", "12.0", "6.0"]
    for order in 1...3 {
      let output = folder.path("d\(order).graph")
      let written = try CommandRun(
        "differentiate", path, "--of", names[order - 1], "--with-respect-to", "x", "-o", output)
      #expect(written.status == 0, "\(written.errors)")
      let gradient = try CommandRun("gradient", path, "--of", names[order - 1], "--set", "x=2")
      let lines = gradient.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 2)
      #expect(Set(lines.map { $0.prefix { $0 != ":" } }).count == 2, "\(gradient.output)")
      #expect(lines.last?.hasSuffix("= \(values[order])") == true, "\(gradient.output)")
      let name = String(lines[1].prefix { $0 != ":" })
      names.append(name)
      let run = try CommandRun("run", output, "--set", "x=2", "--only", name)
      #expect(run.output == lines[1] + "\n", "\(run.errors)")
      path = output
    }
    // The same output twice and thrice: a name is never given twice.
    var again = cube
    for round in 1...4 {
      let next = folder.path("again\(round).graph")
      let written = try CommandRun(
        "differentiate", again, "--of", "y", "--with-respect-to", "x", "-o", next)
      #expect(written.status == 0, "\(written.errors)")
      again = next
    }
  }

  @Test(arguments: [
    ("trian", "train"), ("gradients", "gradient"), ("rum", "run"), ("chek", "check"),
    ("check-gradient", "check-gradients"), ("diferentiate", "differentiate"),
  ])
  func amistypedSubcommandGetsAHint(_ word: String, _ meant: String) throws {
    for arguments in [[word], [word, "Graphs/trace.graph", "--set", "x1=1"], ["help", word]] {
      let run = try CommandRun(arguments: arguments)
      #expect(run.status == 64)
      #expect(run.output.isEmpty)
      #expect(
        run.errors.contains("'\(word)' is no subcommand; did you mean \(meant)?"), "\(run.errors)")
    }
  }

  @Test func anUnknownSubcommandListsThem() throws {
    let run = try CommandRun("nonsense")
    #expect(run.errors.contains("'nonsense' is no subcommand. The subcommands are print, check"))
    #expect(try CommandRun("--version").status == 0)
    #expect(try CommandRun("help", "run").status == 0)
    #expect(try CommandRun("run").errors.contains("Missing expected argument"))
  }

  @Test func aMistypedNameGetsAHint() throws {
    let run = try CommandRun(
      "run", "Graphs/digits-mlp.graph", "--set", "lables=1", "--set", "x=1")
    #expect(run.errors.contains("did you mean labels?"), "\(run.errors)")
  }
}
