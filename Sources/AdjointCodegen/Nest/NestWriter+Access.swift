import AdjointCore
import AdjointKernels

/// The pointers of a nest, its loads and its stores.
extension NestWriter {
  /// Where each access begins; the buffers that are known already begin where `bases` says.
  mutating func writeBases(_ bases: inout BufferBases) {
    pointers = nest.accesses.map { access -> String in
      let base = bases.base(of: access, &text)
      let bytes = access.offset * access.scalarType.byteCount
      return bytes == 0 ? base : text.value("getelementptr i8, ptr \(base), i64 \(bytes)")
    }
  }

  /// Moves every pointer along an axis.
  mutating func move(along axis: AxisNumber, by position: String) {
    if position == "0" { return }
    var distances: [Int: String] = [:]
    for (number, access) in nest.accesses.enumerated() where access.strides[axis] != 0 {
      let bytes = access.strides[axis] * access.scalarType.byteCount
      let distance = distances[bytes] ?? text.value("mul i64 \(position), \(bytes)")
      distances[bytes] = distance
      pointers[number] = text.value("getelementptr i8, ptr \(pointers[number]), i64 \(distance)")
    }
  }

  // MARK: Loads and stores

  /// The element of an input at a point, or at a vector of points.
  mutating func load(_ input: Int) -> String {
    let access = nest.inputs[input]
    let stride = layout.column.map { access.strides[$0] } ?? 0
    let lanes = stride == 0 ? 1 : layout.lanes
    return text.load(
      access.scalarType, lanes, at: pointers[input], stride: stride,
      count: stride == 0 ? 1 : rest ?? lanes)
  }

  /// Writes an output that is not reduced.
  mutating func store(_ output: Int) {
    let entry = nest.outputs[output]
    let stride = layout.column.map { entry.access.strides[$0] } ?? 0
    let lanes = stride == 0 ? 1 : layout.lanes
    let value = spread(entry.step, lanes)
    write(value, lanes, to: pointers[nest.inputs.count + output], stride: stride, entry.access)
  }

  /// Writes a value in registers to memory.
  mutating func write(
    _ value: String, _ lanes: Int, to pointer: String, stride: Int, _ access: StridedNest.Access
  ) {
    text.store(
      value, access.scalarType, lanes, at: pointer, stride: stride,
      count: lanes == 1 ? 1 : rest ?? lanes)
  }

  /// The lanes that count, as a constant.
  func mask(_ lanes: Int) -> String { FunctionText.mask(lanes, counting: rest ?? lanes) }
}

/// The names of the pointers to the buffers of a kernel.
struct BufferBases {
  private var names: [String: String] = [:]

  /// Where the buffer of an access begins, written when it is first asked for.
  mutating func base(of access: StridedNest.Access, _ text: inout FunctionText) -> String {
    let list = access.isResult ? "%results" : "%operands"
    let key = "\(list) \(access.buffer)"
    if let known = names[key] { return known }
    let place = text.value("getelementptr i64, ptr \(list), i64 \(access.buffer)")
    let offset = text.value("load i64, ptr \(place), align 8")
    let base = text.value("getelementptr i8, ptr %arena, i64 \(offset)")
    names[key] = base
    return base
  }

  /// Has a result of a group begin at a pointer.
  mutating func set(result: Int, to name: String) { names["%results \(result)"] = name }
}
