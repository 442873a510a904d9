import Adjoint
import AdjointFormats
import AdjointGraph
import ArgumentParser

struct PrintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print",
    abstract: "Prints a graph, what passes make of it, its plan, or its code.",
    discussion: """
      Without options it prints the graph as a graph file again, with a comment that counts its \
      nodes: those of the graph itself (forward) and those of derivatives and updates. A file of kernels \
      or of a plan, as --after and --plan print them, is read, verified and printed again.

        adjoint print Graphs/digits-mlp.graph --passes
        adjoint print Graphs/digits-mlp.graph --after row-fusion --dim B=32
        adjoint print Graphs/softmax-regression.graph --history loss
        adjoint print Graphs/digits-mlp.graph --plan --dim B=32
        adjoint print Graphs/digits-mlp.graph --fusions --dim B=32
        adjoint print Graphs/digits-mlp.graph --assembly --dim B=32
        adjoint print Graphs/trace.graph --dot > trace.dot
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      """
      Print the graph after this pass and all before it: \
      \(Self.passNames). Or print the kernels after one of these: \
      \(Graph.kernelPassNames.joined(separator: ", ")).
      """, valueName: "pass"))
  var after: String?

  @Flag(
    help: """
      Print the graph as read and after every pass, with node counts and the rewrites that the pass \
      applied: how often and where.
      """)
  var passes = false

  @Option(
    help: ArgumentHelp(
      "With --passes, list so many places of each rewrite.", valueName: "count"))
  var places = 4

  @Option(
    help: ArgumentHelp(
      "Print a node after the passes and the rewrites that led to it, the last first.",
      valueName: "node"))
  var history: String?

  @Flag(help: "Print kernels, steps and buffers with their peak and its lower bound.")
  var plan = false

  @Flag(
    help: """
      Print how often each function is called, with how many bodies, and the kernels compiled for all of \
      them.
      """)
  var calls = false

  @Flag(help: "Print what was fused into each matrix product, what was not and why.")
  var fusions = false

  @Flag(help: "Print which loop nests are done together row by row, which are not and why.")
  var rows = false

  @Flag(help: "Print the code of every generated kernel in LLVM IR.")
  var llvm = false

  @Flag(help: "Print the code of every generated kernel in this processor's assembly language.")
  var assembly = false

  @Flag(help: "Print in the language of Graphviz.")
  var dot = false

  @Option(
    help: ArgumentHelp(
      "Print only the nodes of a role: \(Self.roleNames). It is for reading; the part may use values "
        + "of other parts.",
      valueName: "role"))
  var role: String?

  @OptionGroup var dimensions: DimensionOptions

  @OptionGroup var machine: MachineOptions

  func validate() throws {
    let compiles = plan || calls || fusions || rows || llvm || assembly
    let shown = [
      passes, plan, calls, fusions, rows, llvm, assembly, dot, role != nil, history != nil,
    ]
    guard shown.count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "--passes, --plan, --calls, --fusions, --rows, --llvm, --assembly, --dot, --role and --history "
          + "exclude each other")
    }
    guard places > 0 else { throw ValidationError("--places takes a number from 1 on") }
    guard after == nil || !(passes || compiles) else {
      throw ValidationError(
        "--after goes with none of --passes, --plan, --calls, --fusions, --rows, --llvm and --assembly"
      )
    }
    if let role, role != Self.forward, Provenance.Role(rawValue: role) == nil {
      throw ValidationError("there is no role '\(role)'; the roles are \(Self.roleNames)")
    }
  }

  func run() throws {
    let bytes = try FileBytes.read(file, maximumByteCount: Graph.maximumFileByteCount)
    if let text = try KernelText.checked(bytes, of: file) {
      return try StandardStream.output.write(text)
    }
    let graph = try Graph(bytes: bytes, of: file)
    let extents = try dimensions.extents()
    let options = try CompilationOptions(dimensions: extents, machine: machine.model())
    if plan { return try StandardStream.output.write(graph.planReport(options)) }
    if calls { return try StandardStream.output.write(graph.callReport(options)) }
    if fusions { return try StandardStream.output.write(graph.fusionReport(options)) }
    if rows { return try StandardStream.output.write(graph.rowReport(options)) }
    if llvm || assembly {
      return try StandardStream.output.write(
        graph.generatedCode(
          as: assembly ? .assembly : .llvm, options, on: CommandEngine.engine()))
    }
    if let after, Graph.kernelPassNames.contains(after), !dot, role == nil {
      return try StandardStream.output.write(graph.kernelReport(after: after, options))
    }
    var bound = try graph.binding(extents)
    if passes { return try StandardStream.output.write(passReport(bound)) }
    if let after {
      bound = try Self.pipeline(upTo: after)(bound)
    } else if history != nil {
      bound = try Pipeline.compilation(bound)
    }
    if let history { return try StandardStream.output.write(bound.historyText(ofNode: history)) }
    if dot {
      try StandardStream.output.write(bound.graphviz)
    } else if let role {
      try StandardStream.output.write(bound.text(of: [Provenance.Role(rawValue: role)]))
    } else {
      try StandardStream.output.write("\(bound)// \(bound.nodeCounts)\n")
    }
  }

  private static func pipeline(upTo pass: String) throws(Diagnostic) -> Pipeline {
    do {
      return try Pipeline.compilation.upTo(pass)
    } catch {
      throw Diagnostic(
        error.code,
        error.message + "; those of kernels are " + Graph.kernelPassNames.joined(separator: ", "))
    }
  }

  private func passReport(_ graph: Graph) throws(Diagnostic) -> String {
    var text = "// as read: \(graph.nodeCounts)\n\(graph)"
    var number = 0
    _ = try Pipeline.compilation.traced(graph) { (pass, graph, log) throws(Diagnostic) in
      number += 1
      text += "\n// \(number). \(pass.name) (\(pass.summary)): \(graph.nodeCounts)\n"
      for line in log.lines(in: graph.name, placesAtMost: places) { text += "//   \(line)\n" }
      text += graph.description
    }
    return text
  }

  /// The role of nodes without provenance.
  private static let forward = "forward"

  private static let roleNames =
    ([forward] + Provenance.Role.allCases.map(\.rawValue)).joined(separator: ", ")

  private static let passNames = Pipeline.compilation.passNames.joined(separator: ", ")
}
