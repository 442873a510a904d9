import AdjointCore
import AdjointKernels

// MARK: - Inputs

extension PlanContext {
  /// Copies a tensor into the input of that number; it stays for later runs.
  ///
  /// - Throws: `.invalidArgument` for a number that no input has, `.scalarTypeMismatch` or
  ///   `.shapeMismatch` for a tensor of another type.
  package func write(_ tensor: Tensor, toInput index: Int) throws(Diagnostic) {
    let port = try loaded.inputs.at(index, .input)
    try port.check(tensor)
    arena.store(tensor, at: port.offset)
    noteWrite(ofInput: index)
  }

  /// Copies a tensor into the input of that name; it stays for later runs.
  ///
  /// - Throws: `.unknownName` that lists the inputs, else as `write(_:toInput:)` with a number.
  package func write(_ tensor: Tensor, toInput name: String) throws(Diagnostic) {
    let index = try loaded.inputs.index(of: name, .input)
    try write(tensor, toInput: index)
  }

  /// Copies elements in row-major order into the input of that number, without allocating.
  ///
  /// - Throws: as for a tensor; `.shapeMismatch` for another number of elements.
  package func write<Element: ArenaElement>(
    _ values: [Element], toInput index: Int
  ) throws(Diagnostic) {
    let port = try loaded.inputs.at(index, .input)
    try port.check(values.count, Element.scalarType)
    arena.store(values, at: port.offset)
    noteWrite(ofInput: index)
  }
}

// MARK: - Parameters

extension PlanContext {
  /// Sets the parameter of that number.
  package func writeParameter(_ tensor: Tensor, at index: Int) throws(Diagnostic) {
    let port = try loaded.parameters.at(index, .parameter)
    try port.check(tensor)
    arena.store(tensor, at: port.offset)
  }

  /// Sets the parameter of that name.
  package func writeParameter(_ tensor: Tensor, named name: String) throws(Diagnostic) {
    let index = try loaded.parameters.index(of: name, .parameter)
    try writeParameter(tensor, at: index)
  }

  /// The parameter of that number as the last run left it.
  package func readParameter(at index: Int) throws(Diagnostic) -> Tensor {
    let port = try loaded.parameters.at(index, .parameter)
    return try arena.tensor(port.type, at: port.offset)
  }

  /// The parameter of that name as the last run left it.
  package func readParameter(named name: String) throws(Diagnostic) -> Tensor {
    try readParameter(at: loaded.parameters.index(of: name, .parameter))
  }
}

// MARK: - Outputs

extension PlanContext {
  /// The output of that number, which has been computed.
  ///
  /// - Throws: `.notRun` before the first run.
  func outputPort(_ index: Int) throws(Diagnostic) -> CompiledPort {
    let port = try loaded.outputs.at(index, .output)
    guard hasRun else {
      throw Diagnostic(
        .notRun, "output \(port.name): \(port.type) is asked for before the first run; call run()")
    }
    return port
  }

  /// The output of that number, as the last run left it.
  package func read(output index: Int) throws(Diagnostic) -> Tensor {
    let port = try outputPort(index)
    return try arena.tensor(port.type, at: port.offset)
  }

  /// The output of that name, as the last run left it.
  package func read(output name: String) throws(Diagnostic) -> Tensor {
    try read(output: loaded.outputs.index(of: name, .output))
  }

  /// Copies the output of that number over the elements of an array, without allocating.
  ///
  /// - Throws: `.scalarTypeMismatch` or `.shapeMismatch` for an array of another type or length.
  package func read<Element: ArenaElement>(
    output index: Int, into elements: inout [Element]
  ) throws(Diagnostic) {
    let port = try outputPort(index)
    try port.check(elements.count, Element.scalarType)
    arena.load(into: &elements, from: port.offset)
  }

  /// The only element of the output of that number, without allocating.
  ///
  /// - Throws: `.shapeMismatch` for an output that has not exactly one element.
  package func readScalar(output index: Int) throws(Diagnostic) -> Double {
    let port = try outputPort(index)
    guard port.count == 1 else {
      throw Diagnostic(
        .shapeMismatch, "output \(port.name) is \(port.type), not one number; read it as a tensor")
    }
    return arena.number(port.type.scalarType, at: port.offset)
  }
}
