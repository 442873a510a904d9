import Adjoint
import AdjointCore
import AdjointGraph
import AdjointTables
import ArgumentParser

/// Where the values of inputs and parameters come from.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A number for an input or parameter; with commas, its elements row by row.",
      valueName: "x=2.5"),
    transform: NumberAssignment.init)
  var numbers: [NumberAssignment] = []

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      "A file for an input or parameter: NPY, IDX or CSV, plain or gzip.", valueName: "x=x.npy"),
    transform: FileAssignment.init)
  var files: [FileAssignment] = []

  @Option(
    name: .customLong("inputs"),
    help: ArgumentHelp(
      "A file for several inputs and parameters, each by its name: safetensors or NPZ.",
      valueName: "file"))
  var bundles: [String] = []

  @OptionGroup var tables: TableOptions

  @Option(
    help: ArgumentHelp(
      "Parameters from a safetensors file; without it they have their initial values.",
      valueName: "file"))
  var weights: String?

  @OptionGroup var dimensions: DimensionOptions

  @Option(parsing: .unconditional, help: "Determines initial values and made-up numbers.")
  var seed: UInt64 = 0

  /// The values given for a graph, and the numbers that its named dimensions stand for.
  ///
  /// - Parameter whole: The graph of the file, where the graph is a part or a derivative of it. Values
  ///   and dimensions that only the rest needs are checked all the same, and of no further use.
  func values(
    for graph: Graph, of whole: Graph
  ) throws(Diagnostic) -> (tensors: [String: Tensor], extents: [String: Int]) {
    let ports = Self.ports(of: graph, whole)
    let needed = Set((graph.inputs + graph.parameters).map(\.name))
    let given = try tensors(for: graph, taking: ports)
    let known = try dimensions.extents()
    for name in known.keys.sorted() where !graph.dimensionNames.contains(name) {
      try whole.checkDimension(named: name)
    }
    let own = Set((whole.inputs + whole.parameters).map(\.name))
    var extents = try whole.dimensions(from: given.filter { own.contains($0.key) }, known: known)
    let tensors = given.filter { needed.contains($0.key) }
    extents = try graph.dimensions(from: tensors, known: extents)
    let names = Set(graph.dimensionNames)
    return (tensors, extents.filter { names.contains($0.key) })
  }

  /// The inputs and parameters of a graph, and those that only the whole that it is of has.
  private static func ports(of graph: Graph, _ whole: Graph) -> [Graph.Port] {
    let ports = graph.inputs + graph.parameters
    let names = Set(ports.map(\.name))
    return ports + (whole.inputs + whole.parameters).filter { !names.contains($0.name) }
  }

  private func tensors(
    for graph: Graph, taking ports: [Graph.Port]
  ) throws(Diagnostic) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    if let weights {
      let file = try SafetensorsFile(contentsOf: weights)
      for port in graph.parameters {
        guard let tensor = file.tensors[port.name] else {
          throw Diagnostic(
            .missingInput,
            "the file has no tensor for the parameter \(port); use weights of this graph",
            location: SourceLocation(file: weights))
        }
        tensors[port.name] = try Self.convert(tensor, for: port, from: weights)
      }
    }
    var given: Set<String> = []
    for path in bundles {
      let bundle = try DataFile.loadNamed(path)
      do throws(Diagnostic) {
        try UnknownNames.refuse(
          bundle.keys, among: ports.map(\.name), "input or parameter",
          of: "the graph \(graph.name)")
      } catch {
        throw error.located(at: SourceLocation(file: path))
      }
      for (name, tensor) in bundle.sorted(by: { $0.key < $1.key }) {
        let port = try Self.port(name, of: graph, ports, &given)
        tensors[name] = try Self.convert(tensor, for: port, from: path)
      }
    }
    for file in files {
      let port = try Self.port(file.name, of: graph, ports, &given)
      let loaded = try DataFile.load(
        file.path, csvAs: TableElements(port.type.scalarType, for: port.description),
        CSVFile.Options(header: tables.csvHeader))
      tensors[file.name] = try Self.convert(loaded.tensor, for: port, from: file.path)
    }
    for assignment in numbers {
      let port = try Self.port(assignment.name, of: graph, ports, &given)
      tensors[port.name] = try Self.tensor(assignment.numbers, for: port)
    }
    return tensors
  }

  /// The port with a name that has not been given before.
  private static func port(
    _ name: String, of graph: Graph, _ ports: [Graph.Port], _ given: inout Set<String>
  ) throws(Diagnostic) -> Graph.Port {
    let port = try graph.port(named: name, among: ports, "input or parameter")
    guard given.insert(name).inserted else {
      throw Diagnostic(.duplicateName, "a value for \(name) is given twice; give it once")
    }
    return port
  }

  /// The tensor of a file as a port takes it.
  private static func convert(
    _ tensor: Tensor, for port: Graph.Port, from path: String
  ) throws(Diagnostic) -> Tensor {
    do throws(Diagnostic) {
      let wanted = port.type.shape.dimensions
      let fits = zip(wanted, tensor.extents).allSatisfy { $0.extent == nil || $0.extent == $1 }
      guard wanted.count == tensor.extents.count, fits else {
        throw Diagnostic(
          .shapeMismatch,
          "\(port.name) is \(port.type), and the value in the file is \(tensor.type); reshape it")
      }
      return try tensor.converted(to: port.type.scalarType, for: port.description)
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }

  /// Numbers of the command line as an input: row by row, with at most one extent left open.
  private static func tensor(
    _ numbers: [NumberLiteral], for port: Graph.Port
  ) throws(Diagnostic) -> Tensor {
    var known = 1
    var open: [Int] = []
    for (axis, dimension) in port.type.shape.dimensions.enumerated() {
      if let extent = dimension.extent {
        let (product, overflow) = known.multipliedReportingOverflow(by: extent)
        known = overflow ? 0 : product
      } else {
        open.append(axis)
      }
    }
    var extents = port.type.shape.dimensions.map { $0.extent ?? 1 }
    if open.count == 1, known > 0, numbers.count % known == 0 {
      extents[open[0]] = numbers.count / known
      known = numbers.count
    }
    guard open.count < 2, known == numbers.count else {
      throw Diagnostic(
        .shapeMismatch,
        "\(port) is given \(numbers.count) number\(numbers.count == 1 ? "" : "s"); give as many as "
          + "it has elements, or a file with --input")
    }
    return try Tensor(
      Tensor.Storage(numbers, as: port.type.scalarType, for: port.description), extents: extents)
  }
}
