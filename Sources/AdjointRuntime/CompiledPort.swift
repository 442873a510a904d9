import AdjointCore
import AdjointKernels

/// A buffer with a name outside, and where it lies.
struct CompiledPort: Sendable {
  enum Kind: String, Sendable {
    case input, parameter, output
  }

  let kind: Kind
  let name: String
  let type: TensorType
  /// The number of elements; worked out once, since copying in and out must not allocate.
  let count: Int
  /// Where it starts in the arena, in bytes.
  let offset: Int

  init(_ port: Plan.Port, in plan: Plan, kind: Kind) {
    let buffer = plan.buffers[port.buffer]
    self.kind = kind
    name = port.name
    type = buffer.type
    count = buffer.type.shape.elementCount ?? 0
    offset = buffer.offset
  }

  /// Checks what is copied in or out as an array.
  func check(_ elements: Int, _ scalarType: ScalarType) throws(Diagnostic) {
    if scalarType != type.scalarType {
      throw mismatch(.scalarTypeMismatch, "an array of \(scalarType.rawValue)")
    }
    if elements != count { throw mismatch(.shapeMismatch, "an array of \(elements) elements") }
  }

  func check(_ tensor: Tensor) throws(Diagnostic) {
    if tensor.scalarType != type.scalarType {
      throw mismatch(.scalarTypeMismatch, "\(tensor.type)")
    }
    if tensor.extents != type.shape.extents { throw mismatch(.shapeMismatch, "\(tensor.type)") }
  }

  private func mismatch(_ code: Diagnostic.Code, _ given: String) -> Diagnostic {
    Diagnostic(
      code, "\(kind.rawValue) \(name) is \(type), but was given \(given); convert or reshape it")
  }
}

extension [CompiledPort] {
  /// The port of that number.
  func at(_ index: Int, _ kind: CompiledPort.Kind) throws(Diagnostic) -> CompiledPort {
    if index >= 0, index < count { return self[index] }
    throw Diagnostic(
      .invalidArgument,
      "\(kind.rawValue) \(index) is asked for, there are \(count), counted from 0")
  }

  /// The number of the port of that name.
  func index(of name: String, _ kind: CompiledPort.Kind) throws(Diagnostic) -> Int {
    if let index = firstIndex(where: { $0.name == name }) { return index }
    throw Diagnostic(
      .unknownName,
      isEmpty
        ? "there is no \(kind.rawValue) \(name): the graph has no \(kind.rawValue)s"
        : "there is no \(kind.rawValue) \(name); the \(kind.rawValue)s are"
          + " \(map(\.name).joined(separator: ", "))")
  }
}
