import AdjointCore
import AdjointKernels

extension Plan {
  /// The type of a port's buffer.
  func type(of port: Port) -> TensorType { buffers[port.buffer].type }

  func offset(of port: Port) -> Int { buffers[port.buffer].offset }
}

/// What ports are called in messages.
private enum PortKind: String {
  case input, parameter, output
}

// MARK: - Inputs

extension ExecutionContext {
  /// Copies a tensor into the input of that number; it stays for later runs.
  ///
  /// - Throws: `.invalidArgument` for a number that no input has, `.scalarTypeMismatch` or
  ///   `.shapeMismatch` for a tensor of another type.
  package func write(_ tensor: Tensor, toInput index: Int) throws(Diagnostic) {
    let port = try port(index, among: executable.plan.inputs, .input)
    try store(tensor, port, .input)
    noteWrite(ofInput: index)
  }

  /// Copies a tensor into the input of that name; it stays for later runs.
  ///
  /// - Throws: `.unknownName` that lists the inputs, else as `write(_:toInput:)` with a number.
  package func write(_ tensor: Tensor, toInput name: String) throws(Diagnostic) {
    let index = try index(of: name, among: executable.plan.inputs, .input)
    try write(tensor, toInput: index)
  }

  /// Copies elements in row-major order into the input of that number, without allocating.
  ///
  /// - Throws: as for a tensor; `.shapeMismatch` for another number of elements.
  package func write<Element: ArenaElement>(
    _ values: [Element], toInput index: Int
  ) throws(Diagnostic) {
    let port = try port(index, among: executable.plan.inputs, .input)
    try check(values.count, Element.scalarType, port, .input)
    arena.store(values, at: executable.plan.offset(of: port))
    noteWrite(ofInput: index)
  }
}

// MARK: - Parameters

extension ExecutionContext {
  /// Sets the parameter of that number.
  package func writeParameter(_ tensor: Tensor, at index: Int) throws(Diagnostic) {
    let port = try port(index, among: executable.plan.parameters, .parameter)
    try store(tensor, port, .parameter)
  }

  /// Sets the parameter of that name.
  package func writeParameter(_ tensor: Tensor, named name: String) throws(Diagnostic) {
    let index = try index(of: name, among: executable.plan.parameters, .parameter)
    try writeParameter(tensor, at: index)
  }

  /// The parameter of that number as the last run left it.
  package func readParameter(at index: Int) throws(Diagnostic) -> Tensor {
    try load(port(index, among: executable.plan.parameters, .parameter))
  }

  /// The parameter of that name as the last run left it.
  package func readParameter(named name: String) throws(Diagnostic) -> Tensor {
    try readParameter(at: index(of: name, among: executable.plan.parameters, .parameter))
  }
}

// MARK: - Outputs

extension ExecutionContext {
  /// The output of that number, as the last run left it.
  package func read(output index: Int) throws(Diagnostic) -> Tensor {
    try load(port(index, among: executable.plan.outputs, .output))
  }

  /// The output of that name, as the last run left it.
  package func read(output name: String) throws(Diagnostic) -> Tensor {
    try read(output: index(of: name, among: executable.plan.outputs, .output))
  }

  /// Copies the output of that number over the elements of an array, without allocating.
  ///
  /// - Throws: `.scalarTypeMismatch` or `.shapeMismatch` for an array of another type or length.
  package func read<Element: ArenaElement>(
    output index: Int, into elements: inout [Element]
  ) throws(Diagnostic) {
    let port = try port(index, among: executable.plan.outputs, .output)
    try check(elements.count, Element.scalarType, port, .output)
    arena.load(into: &elements, from: executable.plan.offset(of: port))
  }

  /// The only element of the output of that number, without allocating.
  ///
  /// - Throws: `.shapeMismatch` for an output that has not exactly one element.
  package func readScalar(output index: Int) throws(Diagnostic) -> Double {
    let port = try port(index, among: executable.plan.outputs, .output)
    let type = executable.plan.type(of: port)
    guard type.shape.elementCount == 1 else {
      throw Diagnostic(
        .shapeMismatch, "output \(port.name) is \(type), not one number; read it as a tensor")
    }
    return arena.number(type.scalarType, at: executable.plan.offset(of: port))
  }
}

// MARK: - Ports

extension ExecutionContext {
  private func port(
    _ index: Int, among ports: [Plan.Port], _ kind: PortKind
  ) throws(Diagnostic) -> Plan.Port {
    guard ports.indices.contains(index) else {
      throw Diagnostic(
        .invalidArgument,
        "\(kind.rawValue) \(index) is asked for, there are \(ports.count), counted from 0")
    }
    return ports[index]
  }

  private func index(
    of name: String, among ports: [Plan.Port], _ kind: PortKind
  ) throws(Diagnostic) -> Int {
    guard let index = ports.firstIndex(where: { $0.name == name }) else {
      let kinds = "\(kind.rawValue)s"
      throw Diagnostic(
        .unknownName,
        ports.isEmpty
          ? "there is no \(kind.rawValue) \(name): the graph has no \(kinds)"
          : "there is no \(kind.rawValue) \(name); the \(kinds) are"
            + " \(ports.map(\.name).joined(separator: ", "))")
    }
    return index
  }

  private func store(
    _ tensor: Tensor, _ port: Plan.Port, _ kind: PortKind
  ) throws(Diagnostic) {
    let type = executable.plan.type(of: port)
    guard tensor.scalarType == type.scalarType else {
      throw mismatch(.scalarTypeMismatch, "\(tensor.type)", port, kind)
    }
    guard tensor.extents == type.shape.extents else {
      throw mismatch(.shapeMismatch, "\(tensor.type)", port, kind)
    }
    arena.store(tensor, at: executable.plan.offset(of: port))
  }

  private func load(_ port: Plan.Port) throws(Diagnostic) -> Tensor {
    try arena.tensor(executable.plan.type(of: port), at: executable.plan.offset(of: port))
  }

  private func check(
    _ count: Int, _ scalarType: ScalarType, _ port: Plan.Port, _ kind: PortKind
  ) throws(Diagnostic) {
    let type = executable.plan.type(of: port)
    guard scalarType == type.scalarType else {
      throw mismatch(
        .scalarTypeMismatch, "an array of \(scalarType.rawValue)", port, kind)
    }
    guard count == type.shape.elementCount else {
      throw mismatch(.shapeMismatch, "an array of \(count) elements", port, kind)
    }
  }

  private func mismatch(
    _ code: Diagnostic.Code, _ given: String, _ port: Plan.Port, _ kind: PortKind
  ) -> Diagnostic {
    let type = executable.plan.type(of: port)
    return Diagnostic(
      code, "\(kind.rawValue) \(port.name) is \(type), but was given \(given); convert or reshape it")
  }
}
