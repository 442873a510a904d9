import AdjointCore
import AdjointGraph

extension Graph {
  /// A value for every input and parameter: the one given, or a parameter's initial value for a seed.
  ///
  /// - Throws: `.missingInput` that lists the inputs without a value, `.unknownName` for a value that
  ///   is of no input or parameter, `.shapeMismatch` for one of another type.
  package func sourceTensors(
    _ given: [String: Tensor], seed: UInt64
  ) throws(Diagnostic) -> [String: Tensor] {
    try checkNames(of: given)
    var tensors: [String: Tensor] = [:]
    let initializers = initializers
    for port in parameters where given[port.name] == nil {
      tensors[port.name] = try (initializers[port.name] ?? .zeros)
        .tensor(port.type, name: port.name, seed: seed)
    }
    try checkInputs(given: given)
    for port in inputs + parameters {
      guard let tensor = given[port.name] else { continue }
      guard tensor.type == port.type else {
        throw Diagnostic(
          .shapeMismatch, "\(port.name) is \(port.type), and the value given is \(tensor.type)")
      }
      tensors[port.name] = tensor
    }
    return tensors
  }

  /// Refuses values for names that are of no input or parameter.
  package func checkNames(of tensors: [String: Tensor]) throws(Diagnostic) {
    for name in tensors.keys.sorted() { _ = try sourcePort(named: name) }
  }

  /// Refuses to go on without a value for every input, and lists those that have none.
  package func checkInputs(given tensors: [String: Tensor]) throws(Diagnostic) {
    let missing = inputs.filter { tensors[$0.name] == nil }.map(\.description)
    guard missing.isEmpty else {
      throw Diagnostic(
        .missingInput,
        missing.count == 1
          ? "an input has no value; give one" : "inputs have no value; give each one",
        notes: missing)
    }
  }

  /// The output that is meant where none is named: `loss`, or the only one that is floating point.
  ///
  /// - Throws: `.unknownName` for a name that no output has, `.invalidArgument` where several outputs
  ///   could be meant.
  package func differentiableOutput(named name: String?) throws(Diagnostic) -> String {
    let list = outputs.map(\.description).joined(separator: ", ")
    if let name {
      guard outputs.contains(where: { $0.name == name }) else {
        throw Diagnostic(
          .unknownName, "the graph \(self.name) has no output named \(name); it has \(list)")
      }
      return name
    }
    if outputs.contains(where: { $0.name == "loss" }) { return "loss" }
    let candidates = outputs.filter { $0.type.scalarType.isDifferentiable }
    guard candidates.count == 1 else {
      throw Diagnostic(
        .invalidArgument, "say which output of the graph \(self.name) is meant; it has \(list)")
    }
    return candidates[0].name
  }
}
