import Adjoint
import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Computes the outputs of a graph.",
    discussion: """
      Every input needs a value, by --set, --input or --inputs; a number that the scalar type of the input \
      cannot hold is refused. A named dimension that follows from the shape of a value need not be given. Every \
      output is printed, or written to a file where --output says so; --only leaves out the others, \
      and the inputs that only they need.

        adjoint run Graphs/trace.graph --set x1=1 --set x2=2
        adjoint run Graphs/trace.graph --set x1=1 --set x2=2 --output y=y.npy
        adjoint run Graphs/trace.graph --input x1=y.npy --set x2=2 --json
        adjoint run Graphs/softmax-regression.graph --dim B=2 \\
          --set x=1,2,3,4,5,6 --only logits
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @OptionGroup var input: InputOptions

  @Option(
    help: ArgumentHelp("Write an output to an NPY file instead.", valueName: "y=y.npy"),
    transform: FileAssignment.init)
  var output: [FileAssignment] = []

  @Option(
    help: ArgumentHelp("Compute only these outputs.", valueName: "y,z"), transform: NameList.init)
  var only: NameList?

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws { try ThreadCount.validate(threads) }

  func run() throws {
    let whole = try Graph(contentsOf: file)
    let graph = try only.map { (only) in try whole.keeping(outputs: only.names) } ?? whole
    for assignment in output {
      _ = try whole.output(named: assignment.name)
      guard graph.outputs.contains(where: { $0.name == assignment.name }) else {
        throw Diagnostic(
          .invalidArgument,
          "--output writes \(assignment.name), which --only leaves out; name it there too")
      }
    }
    let (tensors, extents) = try input.values(for: graph, of: whole)
    try graph.checkInputs(given: tensors)
    let context = try graph.compiled(
      CompilationOptions(dimensions: extents, threads: threads), on: CommandEngine.engine()
    ).makeContext(seed: input.seed)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      try context.set(name, to: tensor)
    }
    try context.run()
    var results: [(String, Tensor)] = []
    for port in graph.outputs { results.append((port.name, try context.output(port.name))) }
    var written: Set<String> = []
    for assignment in output {
      guard let tensor = results.first(where: { $0.0 == assignment.name })?.1 else { continue }
      try NPYFile(tensor).write(to: assignment.path)
      written.insert(assignment.name)
    }
    if json {
      let values = results.map { ($0.0, JSONValue.typed($0.1)) }
      try StandardStream.output.write(
        JSONValue.object([
          "graph": .text(graph.name),
          "dimensions": .object(extents.mapValues { .integer($0) }),
          "outputs": .object(Dictionary(values) { first, _ in first }),
        ]).text)
    } else {
      let shown = results.filter { !written.contains($0.0) }
      try StandardStream.output.write(shown.map { TensorLine.text($0, $1) }.joined())
    }
  }
}
