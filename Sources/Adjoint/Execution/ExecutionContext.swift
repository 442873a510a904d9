import AdjointCore
import AdjointGraph
import AdjointRuntime

/// The memory in which an executable runs: inputs, parameters and everything in between.
///
/// A context is for one thread at a time. After the first run, `run` allocates no memory.
public final class ExecutionContext {
  /// What runs in this context.
  public let executable: Executable
  let memory: PlanContext
  let inputPlaces: [String: Int]
  private let parameterPlaces: [String: Int]
  let outputPlaces: [String: Int]

  package init(_ executable: Executable, _ memory: PlanContext) {
    self.executable = executable
    self.memory = memory
    inputPlaces = Self.places(of: executable.inputs)
    parameterPlaces = Self.places(of: executable.parameters)
    outputPlaces = Self.places(of: executable.outputs)
  }

  /// Gives a parameter its initial value, in place and on all threads.
  func initialize(_ place: Int, _ values: InitialValues) throws(Diagnostic) {
    let type = executable.parameters[place].type.scalarType
    switch values {
    // The memory of a context begins as zeros.
    case .same(.whole(0)), .same(.floating(bits: 0)): return
    case .same(let number):
      try memory.writeParameter(at: place) { places in
        if type == .i64, let whole = number.wholeNumber {
          return .i64(Array(repeating: whole, count: places.count))
        }
        return Tensor.Storage(
          casting: Array(repeating: number.double, count: places.count), as: type)
      }
    case .given(let tensor): try memory.writeParameter(tensor, at: place)
    case .drawn(let law):
      try memory.writeParameter(at: place) {
        Tensor.Storage(casting: law.numbers(in: $0), as: type)
      }
    }
  }

  /// Gives an input, or replaces a parameter; the value stays until it is given anew.
  ///
  /// - Throws: `.unknownName`, `.shapeMismatch` or `.scalarTypeMismatch`, naming both types.
  public func set(_ name: String, to tensor: Tensor) throws(Diagnostic) {
    if let place = parameterPlaces[name] {
      try memory.writeParameter(tensor, at: place)
    } else if let place = inputPlaces[name] {
      try memory.write(tensor, toInput: place)
    } else {
      // Refuses the name, with those that there are.
      try memory.write(tensor, toInput: name)
    }
  }

  /// Gives an input from an array, row by row, without making a tensor.
  ///
  /// - Throws: `.unknownName`, `.shapeMismatch` or `.scalarTypeMismatch`, naming both types.
  @_disfavoredOverload
  public func set(_ name: String, to elements: some Collection<Float>) throws(Diagnostic) {
    try memory.write(Array(elements), toInput: place(of: name, in: inputPlaces, "input"))
  }

  /// Gives several inputs and parameters by name, such as those of `DataFile.loadNamed(_:)`; the others
  /// keep the values that they have.
  ///
  /// Names are checked before anything is set; values are set in the order of their names, so that of
  /// several that do not fit the same one is reported.
  ///
  /// - Throws: `.unknownName` with all names that no input and no parameter has; `.shapeMismatch` or
  ///   `.scalarTypeMismatch`, naming both types.
  public func set(_ values: [String: Tensor]) throws(Diagnostic) {
    try refuseUnknown(values.keys)
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { try set(name, to: value) }
  }

  /// Refuses names that no input and no parameter has.
  func refuseUnknown(_ names: some Sequence<String>) throws(Diagnostic) {
    if names.allSatisfy({ inputPlaces[$0] != nil || parameterPlaces[$0] != nil }) { return }
    try UnknownNames.refuse(
      names, among: (executable.inputs + executable.parameters).map(\.name), "input or parameter",
      of: "the graph")
  }

  /// Computes the outputs and updates the parameters.
  ///
  /// - Throws: `.missingInput` that lists the inputs that were never given.
  public func run() throws(Diagnostic) {
    try memory.run()
  }

  /// An output of the last run.
  ///
  /// - Throws: `.unknownName` that lists the outputs, `.notRun` before the first run.
  public func output(_ name: String) throws(Diagnostic) -> Tensor {
    guard let place = outputPlaces[name] else { return try memory.read(output: name) }
    return try memory.read(output: place)
  }

  /// The number of an output that has one element, of the last run; makes no tensor.
  ///
  /// - Throws: `.unknownName`, `.notRun` before the first run, or `.shapeMismatch` where the output has
  ///   more elements.
  public func scalar(_ name: String) throws(Diagnostic) -> Double {
    try memory.readScalar(output: place(of: name, in: outputPlaces, "output"))
  }

  /// The present value of a parameter.
  ///
  /// - Throws: `.unknownName` that lists the parameters.
  public func parameter(_ name: String) throws(Diagnostic) -> Tensor {
    guard let place = parameterPlaces[name] else { return try memory.readParameter(named: name) }
    return try memory.readParameter(at: place)
  }

  /// The present values of all parameters by name.
  ///
  /// - Throws: nothing that a context made by an executable can meet.
  public func parameterTensors() throws(Diagnostic) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for port in executable.parameters { tensors[port.name] = try parameter(port.name) }
    return tensors
  }

  /// Replaces every parameter by the tensor of its name; tensors without a parameter are ignored.
  ///
  /// - Throws: `.missingInput` where a parameter has no tensor, otherwise `.shapeMismatch` or
  ///   `.scalarTypeMismatch`, with all parameters that have none or another; nothing is replaced then.
  public func setParameters(_ tensors: [String: Tensor]) throws(Diagnostic) {
    var mistakes: [String] = []
    var code = Diagnostic.Code.scalarTypeMismatch
    for port in executable.parameters {
      if let tensor = tensors[port.name] {
        guard tensor.type != port.type else { continue }
        mistakes.append("\(port.name) is \(tensor.type), the parameter is \(port.type)")
        if tensor.type.shape != port.type.shape, code != .missingInput { code = .shapeMismatch }
      } else {
        mistakes.append("\(port) has no tensor")
        code = .missingInput
      }
    }
    guard mistakes.isEmpty else {
      throw Diagnostic(
        code, "the weights do not fit the graph; use weights of this graph", notes: mistakes)
    }
    for port in executable.parameters {
      if let tensor = tensors[port.name] { try set(port.name, to: tensor) }
    }
  }

  /// The place of a port among those of its kind.
  func place(
    of name: String, in places: [String: Int], _ kind: String
  ) throws(Diagnostic) -> Int {
    if let place = places[name] { return place }
    let known = places.isEmpty ? "none" : places.keys.sorted().joined(separator: ", ")
    throw Diagnostic(.unknownName, "the graph has no \(kind) named \(name); it has \(known)")
  }

  private static func places(of ports: [Graph.Port]) -> [String: Int] {
    Dictionary(
      zip(ports.map(\.name), ports.indices), uniquingKeysWith: { first, _ in first })
  }
}
