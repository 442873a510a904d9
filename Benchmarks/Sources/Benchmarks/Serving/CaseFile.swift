import Adjoint

/// A case as a file that other systems can start from: what goes in, and what came out of our step.
///
/// Tensors are named `input/…`, `parameter/…` (before the step), `output/…` and `updated/…` (after it).
enum CaseFile {
  static func write(_ item: Case, to path: String) throws(Diagnostic) {
    let workload = try item.build()
    let executable = try workload.graph.compiled(on: .benchmarks)
    let context = try executable.makeContext()
    let start = try workload.start(context)
    var file = SafetensorsFile(metadata: ["case": item.name])
    if let rate = item.learningRate { file.metadata["learningRate"] = String(rate) }
    for (name, tensor) in start.inputs {
      try context.set(name, to: tensor)
      file.tensors["input/\(name)"] = tensor
    }
    for port in executable.parameters {
      file.tensors["parameter/\(port.name)"] = try context.parameter(port.name)
    }
    try context.run()
    for port in executable.outputs {
      file.tensors["output/\(port.name)"] = try context.output(port.name)
    }
    if item.learningRate != nil {
      for port in executable.parameters {
        file.tensors["updated/\(port.name)"] = try context.parameter(port.name)
      }
    }
    try start.check(context)
    try file.write(to: path)
  }

  /// The inputs in a file.
  static func inputs(in path: String) throws(Diagnostic) -> [String: Tensor] {
    let prefix = "input/"
    var inputs: [String: Tensor] = [:]
    for (name, tensor) in try SafetensorsFile(contentsOf: path).tensors
    where name.hasPrefix(prefix) {
      inputs[String(name.dropFirst(prefix.count))] = tensor
    }
    return inputs
  }
}
