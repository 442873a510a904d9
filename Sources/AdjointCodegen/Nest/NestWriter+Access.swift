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
  mutating func move(along axis: Int, by position: String) {
    if position == "0" { return }
    var distances: [Int: String] = [:]
    for (number, access) in nest.accesses.enumerated() where access.strides[axis] != 0 {
      let bytes = access.strides[axis] * access.scalarType.byteCount
      let distance = distances[bytes] ?? text.value("mul i64 \(position), \(bytes)")
      distances[bytes] = distance
      pointers[number] = text.value("getelementptr i8, ptr \(pointers[number]), i64 \(distance)")
    }
  }

  /// The lanes of a value of this step.
  func lanes(of step: Int) -> Int { values[step].isVector ? layout.lanes : 1 }

  // MARK: Loads and stores

  /// The element of an input at a point, or at a vector of points.
  mutating func load(_ input: Int) -> String {
    let access = nest.inputs[input]
    let stride = layout.column.map { access.strides[$0] } ?? 0
    let lanes = stride == 0 ? 1 : layout.lanes
    let type = VectorType(stored: access.scalarType, lanes)
    let loaded = read(type, pointers[input], stride: stride, of: access)
    guard access.scalarType == .bool else { return loaded }
    let zero = text.integer(0, type)
    return text.compare("ne", type, loaded, zero)
  }

  private mutating func read(
    _ type: VectorType, _ pointer: String, stride: Int, of access: StridedNest.Access
  ) -> String {
    let alignment = access.scalarType.byteCount
    if stride == 0 || stride == 1, rest == nil || stride == 0 {
      return text.value("load \(type.text), ptr \(pointer), align \(alignment)")
    }
    if stride == 1 {
      text.declare(
        "declare \(type.text) @llvm.masked.load.\(type.suffix).p0(ptr, i32, \(type.of(.i1).text),"
          + " \(type.text))")
      return text.value(
        "call \(type.text) @llvm.masked.load.\(type.suffix).p0(ptr \(pointer), i32 \(alignment),"
          + " \(mask(type.lanes)), \(type.text) zeroinitializer)")
    }
    let places = laneAddresses(pointer, stride: stride, access, type.lanes)
    text.declare(
      "declare \(type.text) @llvm.masked.gather.\(type.suffix).v\(type.lanes)p0(<\(type.lanes) x ptr>,"
        + " i32, \(type.of(.i1).text), \(type.text))")
    return text.value(
      "call \(type.text) @llvm.masked.gather.\(type.suffix).v\(type.lanes)p0(<\(type.lanes) x ptr>"
        + " \(places), i32 \(alignment), \(mask(type.lanes)), \(type.text) zeroinitializer)")
  }

  /// Writes an output that is not folded.
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
    let type = VectorType(stored: access.scalarType, lanes)
    var value = value
    if access.scalarType == .bool {
      value = text.convert("zext", value, type.of(.i1), type)
    }
    let alignment = access.scalarType.byteCount
    if lanes == 1 || stride == 1 && rest == nil {
      text.effect("store \(type.text) \(value), ptr \(pointer), align \(alignment)")
    } else if stride == 1 {
      text.declare(
        "declare void @llvm.masked.store.\(type.suffix).p0(\(type.text), ptr, i32,"
          + " \(type.of(.i1).text))")
      text.effect(
        "call void @llvm.masked.store.\(type.suffix).p0(\(type.text) \(value), ptr \(pointer),"
          + " i32 \(alignment), \(mask(lanes)))")
    } else {
      let places = laneAddresses(pointer, stride: stride, access, lanes)
      text.declare(
        "declare void @llvm.masked.scatter.\(type.suffix).v\(lanes)p0(\(type.text),"
          + " <\(lanes) x ptr>, i32, \(type.of(.i1).text))")
      text.effect(
        "call void @llvm.masked.scatter.\(type.suffix).v\(lanes)p0(\(type.text) \(value),"
          + " <\(lanes) x ptr> \(places), i32 \(alignment), \(mask(lanes)))")
    }
  }

  /// The address of each lane.
  private mutating func laneAddresses(
    _ pointer: String, stride: Int, _ access: StridedNest.Access, _ lanes: Int
  ) -> String {
    let bytes = stride * access.scalarType.byteCount
    let distances = (0..<lanes).map { "i64 \($0 * bytes)" }.joined(separator: ", ")
    return text.value("getelementptr i8, ptr \(pointer), <\(lanes) x i64> <\(distances)>")
  }

  /// The lanes that count, as a constant.
  func mask(_ lanes: Int) -> String {
    let flags = (0..<lanes).map { "i1 \($0 < rest ?? lanes)" }.joined(separator: ", ")
    return "<\(lanes) x i1> <\(flags)>"
  }
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

extension VectorType {
  /// The type that a scalar type has in memory: truth values are bytes.
  init(stored type: ScalarType, _ lanes: Int) {
    self.init(type == .bool ? .u8 : type, lanes)
  }
}
