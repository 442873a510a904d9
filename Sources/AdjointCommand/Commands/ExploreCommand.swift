import Adjoint
import AdjointExplore
import ArgumentParser

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Writes a page on which a graph is followed down to its bytes.",
    discussion: """
      The page is one file of HTML that loads nothing. It goes from each node to its derivative, to what the passes \
      make of it, to the step that computes it and its kernel, and to its bytes in the arena over time; it says what \
      was fused and what was not, and why. With --profile the graph is run, as by profile, and each step has its \
      time. Mouse and keyboard do the same; ? lists the keys.

        adjoint explore Graphs/digits-mlp.graph --gradient --dim B=32 -o digits.html
        adjoint explore Graphs/trace.graph --gradient --profile --repeats 5 \\
          -o trace.html
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The page to write.", valueName: "page.html"))
  var output: String

  @OptionGroup var gradient: GradientOptions

  @Flag(name: .customLong("profile"), help: "Run the graph, and show the time of each step.")
  var isProfiled = false

  @OptionGroup var input: InputOptions

  @OptionGroup var profile: ProfileOptions

  func run() throws {
    try AtomicFile.check(output)
    let whole = try Graph(contentsOf: file)
    let graph = try gradient.graph(of: whole)
    let result = isProfiled ? try profile.profile(of: graph, in: whole, input, file: file) : nil
    let (_, extents) = try input.values(for: graph, of: whole)
    let exploration: Exploration
    do throws(Diagnostic) {
      exploration = try Exploration(
        of: graph, CompilationOptions(dimensions: extents, threads: profile.threads),
        profile: result)
    } catch {
      throw error.located(at: SourceLocation(file: file))
    }
    try exploration.write(to: output)
  }
}
