import Adjoint
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
    help: ArgumentHelp(
      "Parameters from a safetensors file; without it they have their initial values.",
      valueName: "file"))
  var weights: String?

  @OptionGroup var dimensions: DimensionOptions

  @Option(parsing: .unconditional, help: "Determines initial values and made-up numbers.")
  var seed: UInt64 = 0

  /// The values given, in the scalar types of a graph's inputs and parameters.
  func tensors(for graph: Graph) throws(Diagnostic) -> [String: Tensor] {
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
    for file in files {
      let port = try Self.port(file.name, of: graph, &given)
      let loaded = try DataFile.load(
        file.path, csvAs: port.type.scalarType == .f32 ? .f32 : .f64)
      tensors[file.name] = try Self.convert(loaded, for: port, from: file.path)
    }
    for assignment in numbers {
      let port = try Self.port(assignment.name, of: graph, &given)
      tensors[port.name] = try Self.tensor(assignment.numbers, for: port)
    }
    return tensors
  }

  /// The port with a name that has not been given before.
  private static func port(
    _ name: String, of graph: Graph, _ given: inout Set<String>
  ) throws(Diagnostic) -> Graph.Port {
    let port = try graph.sourcePort(named: name)
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
      return try tensor.converted(for: port)
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }

  /// Numbers of the command line as an input: row by row, with at most one extent left open.
  private static func tensor(
    _ numbers: [Double], for port: Graph.Port
  ) throws(Diagnostic) -> Tensor {
    var known = 1
    var open: Int?
    for (axis, dimension) in port.type.shape.dimensions.enumerated() {
      if let extent = dimension.extent {
        let (product, overflow) = known.multipliedReportingOverflow(by: extent)
        known = overflow ? 0 : product
      } else {
        open = open == nil ? axis : -1
      }
    }
    var extents = port.type.shape.dimensions.map { $0.extent ?? 1 }
    if let open, open >= 0, known > 0, numbers.count % known == 0 {
      extents[open] = numbers.count / known
      known = numbers.count
    }
    guard open != -1, known == numbers.count else {
      throw Diagnostic(
        .shapeMismatch,
        "\(port) is given \(numbers.count) number\(numbers.count == 1 ? "" : "s"); give as many as "
          + "it has elements, or a file with --input")
    }
    return try Tensor(.f64(numbers), extents: extents).converted(for: port)
  }
}

extension Tensor {
  /// The same numbers in the scalar type of a port.
  ///
  /// Only whole numbers in range become whole ones.
  fileprivate func converted(for port: Graph.Port) throws(Diagnostic) -> Tensor {
    let wanted = port.type.scalarType
    let converted = cast(to: wanted)
    if scalarType != wanted, !wanted.isDifferentiable {
      let numbers = doubles
      let others = converted.doubles
      if let bad = numbers.indices.first(where: { numbers[$0] != others[$0] }) {
        throw Diagnostic(
          .scalarTypeMismatch, "\(port) cannot hold \(numbers[bad]); give values of its type")
      }
    }
    return converted
  }
}
