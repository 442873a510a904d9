import AdjointCore
import AdjointKernels

/// Reductions: accumulators in registers, put together across lanes, iterations and parts.
///
/// Where there are many points a second accumulator takes what the first has at the end of each run or
/// chunk of the innermost loop, and a third what a sum loses then by rounding (Kahan, "Further remarks
/// on reducing truncation errors", 1965): rounding errors hardly grow with the number of points.
extension NestWriter {
  /// The outputs with a combiner.
  var reductions: [Int] { nest.outputs.indices.filter { nest.outputs[$0].combiner != nil } }

  func type(of output: Int) -> VectorType {
    let entry = nest.outputs[output]
    let isVector = layout.column != nil
    return VectorType(entry.access.scalarType, isVector ? layout.lanes : 1)
  }

  /// Whether accumulators are carried: there is a loop around the innermost one, or it is long.
  private var carries: Bool {
    layout.loops.count - layout.keptCount > 1 || isCarried(layout.loops.count - 1)
  }

  /// Reserves the accumulators of an output; a later pass puts them into registers.
  mutating func allocate(_ output: Int) {
    guard nest.outputs[output].combiner != nil else { return }
    let type = type(of: output)
    accumulators[output] = text.value("alloca \(type.text)")
    if carries {
      totals[output] = text.value("alloca \(type.text)")
      if isCompensated(output) { losses[output] = text.value("alloca \(type.text)") }
    }
    if layout.stretch > 0 { allocateRows(output, type) }
  }

  mutating func beginReductions() {
    for output in reductions {
      clear(accumulators[output], output)
      clear(totals[output], output)
      clear(losses[output], output)
    }
  }

  /// Whether what rounding takes from a total is kept.
  private func isCompensated(_ output: Int) -> Bool {
    let entry = nest.outputs[output]
    let isFloat = entry.access.scalarType == .f32 || entry.access.scalarType == .f64
    return isFloat && entry.combiner == .sum
  }

  private mutating func clear(_ place: String?, _ output: Int) {
    guard let place, let combiner = nest.outputs[output].combiner else { return }
    let type = type(of: output)
    let identity = literal(
      .identity(of: combiner, nest.outputs[output].access.scalarType), type)
    text.effect("store \(type.text) \(identity), ptr \(place)")
  }

  /// Takes the value at the present points into the accumulator.
  mutating func accumulate(_ output: Int) {
    guard let combiner = nest.outputs[output].combiner, let place = accumulators[output] else {
      return
    }
    let type = type(of: output)
    let value = spread(nest.outputs[output].step, type.lanes)
    let old = text.value("load \(type.text), ptr \(place)")
    var new = binary(combiner.function, nest.outputs[output].access.scalarType, type, old, value)
    if rest != nil {
      new = text.value(
        "select \(mask(type.lanes)), \(type.text) \(new), \(type.text) \(old)")
    }
    text.effect("store \(type.text) \(new), ptr \(place)")
  }

  /// Moves what the innermost loop accumulated to the totals.
  mutating func carry() {
    for output in reductions {
      guard let total = totals[output], let place = accumulators[output] else { continue }
      combine(place, into: total, output)
      clear(place, output)
    }
  }

  private mutating func combine(_ place: String, into total: String, _ output: Int) {
    guard let combiner = nest.outputs[output].combiner else { return }
    let type = type(of: output)
    let old = text.value("load \(type.text), ptr \(total)")
    var more = text.value("load \(type.text), ptr \(place)")
    let loss = losses[output]
    if let loss {
      more = text.binary("fsub", type, more, text.value("load \(type.text), ptr \(loss)"))
    }
    let new = binary(combiner.function, nest.outputs[output].access.scalarType, type, old, more)
    if let loss {
      let taken = text.binary("fsub", type, new, old)
      let lost = text.binary("fsub", type, taken, more)
      // An infinite or undefined sum has lost nothing that could be given back.
      let isFinite = text.compare("ord", type, lost, lost)
      let kept = text.select(type, isFinite, lost, text.number(0, type))
      text.effect("store \(type.text) \(kept), ptr \(loss)")
    }
    text.effect("store \(type.text) \(new), ptr \(total)")
  }

  /// Puts the results of the reductions where they belong: into the buffers, or into the part's memory.
  mutating func endReductions() {
    var offset = 0
    for output in reductions {
      defer { offset += partByteCount(of: output) }
      let entry = nest.outputs[output]
      guard let combiner = entry.combiner, let place = totals[output] ?? accumulators[output]
      else { continue }
      var type = type(of: output)
      var value = text.value("load \(type.text), ptr \(place)")
      let keepsColumn = layout.column.map { !nest.reducedAxes.contains($0) } ?? false
      if !keepsColumn {
        value =
          losses[output] == nil
          ? reduceLanes(value, type, combiner, entry.access.scalarType)
          : reduceWidened(value, output, type)
        type.lanes = 1
      }
      if let partPlace {
        let number = keptNumber()
        let bytes = text.value("mul i64 \(number), \(entry.access.scalarType.byteCount)")
        let first = text.value("getelementptr i8, ptr \(partPlace), i64 \(offset)")
        let pointer = text.value("getelementptr i8, ptr \(first), i64 \(bytes)")
        write(value, type.lanes, to: pointer, stride: 1, entry.access)
      } else {
        let stride = keepsColumn ? layout.column.map { entry.access.strides[$0] } ?? 0 : 0
        write(
          value, type.lanes, to: pointers[nest.inputs.count + output], stride: stride, entry.access)
      }
    }
  }

  /// One lane from all totals and losses, rounded once.
  private mutating func reduceWidened(
    _ value: String, _ output: Int, _ type: VectorType
  ) -> String {
    guard type.element == .f32, let place = losses[output] else {
      return reduceLanes(value, type, .sum, nest.outputs[output].access.scalarType)
    }
    let wide = type.of(.f64)
    let loss = text.value("load \(type.text), ptr \(place)")
    let exact = text.binary(
      "fsub", wide, text.convert("fpext", value, type, wide),
      text.convert("fpext", loss, type, wide))
    let sum = reduceLanes(exact, wide, .sum, ScalarType.f64)
    return text.convert(
      "fptrunc", sum, VectorType(ScalarType.f64, 1), VectorType(ScalarType.f32, 1))
  }

  /// One lane from all: halves are combined until one is left.
  private mutating func reduceLanes(
    _ value: String, _ type: VectorType, _ combiner: Combiner, _ scalarType: ScalarType
  ) -> String {
    var (value, type) = (value, type)
    while type.lanes > 1 {
      let half = VectorType(type.element, type.lanes / 2)
      let parts = [0, half.lanes].map { first in
        let numbers = (first..<first + half.lanes).map { "i32 \($0)" }.joined(separator: ", ")
        return text.value(
          "shufflevector \(type.text) \(value), \(type.text) poison,"
            + " <\(half.lanes) x i32> <\(numbers)>")
      }
      value = binary(combiner.function, scalarType, half, parts[0], parts[1])
      type = half
    }
    return value
  }

  // MARK: Parts

  /// The kept points, which a part has an accumulator for each.
  private var keptCount: Int {
    layout.loops.prefix(layout.keptCount).reduce(1) { $0 * nest.extents[$1.axis] }
  }

  private func partByteCount(of output: Int) -> Int {
    (keptCount * nest.outputs[output].access.scalarType.byteCount + 63) / 64 * 64
  }

  /// The bytes in which a part leaves its accumulators.
  var partByteCount: Int { reductions.reduce(0) { $0 + partByteCount(of: $1) } }

  /// The number of the present kept point.
  private mutating func keptNumber() -> String {
    var number = "0"
    for loop in layout.loops.prefix(layout.keptCount) {
      let scaled = text.value("mul i64 \(number), \(nest.extents[loop.axis])")
      number = text.value("add i64 \(scaled), \(positions[loop.axis])")
    }
    return number
  }

  /// The text of the function that puts the parts together, in their order.
  static func join(
    _ nest: StridedNest, _ layout: NestLayout, parts: Int, name: String
  ) -> (function: String, text: FunctionText) {
    var writer = NestWriter(nest, layout)
    var bases = BufferBases()
    writer.writeBases(&bases)
    let partByteCount = writer.partByteCount
    var offset = 0
    for output in writer.reductions {
      writer.joinParts(of: output, parts, offset, stride: partByteCount)
      offset += writer.partByteCount(of: output)
    }
    writer.text.effect("ret void")
    return (signature(name, writer.text), writer.text)
  }

  private mutating func joinParts(of output: Int, _ parts: Int, _ offset: Int, stride: Int) {
    let entry = nest.outputs[output]
    guard let combiner = entry.combiner else { return }
    var loops: [FunctionText.Loop] = []
    var pointer = pointers[nest.inputs.count + output]
    for loop in layout.loops.prefix(layout.keptCount) {
      let counter = text.beginLoop(from: "0", to: String(nest.extents[loop.axis]))
      positions[loop.axis] = counter.index
      let bytes = entry.access.strides[loop.axis] * entry.access.scalarType.byteCount
      let distance = text.value("mul i64 \(counter.index), \(bytes)")
      pointer = text.value("getelementptr i8, ptr \(pointer), i64 \(distance)")
      loops.append(counter)
    }
    let number = keptNumber()
    let bytes = text.value("mul i64 \(number), \(entry.access.scalarType.byteCount)")
    let memory = text.value("getelementptr i8, ptr %memory, i64 \(offset)")
    let first = text.value("getelementptr i8, ptr \(memory), i64 \(bytes)")
    // Sums of f32 are rounded once, at the end.
    let isWidened = entry.access.scalarType == .f32 && combiner == .sum
    let summed = isWidened ? ScalarType.f64 : entry.access.scalarType
    let type = VectorType(summed, 1)
    var sum = partial(first, entry.access.scalarType, as: type)
    // A loop, since there may be thousands of parts.
    if parts > 1 {
      let part = text.beginLoop(
        from: "1", to: String(parts), carrying: 1, type.text, start: sum)
      let distance = text.value("mul i64 \(part.index), \(stride)")
      let place = text.value("getelementptr i8, ptr \(first), i64 \(distance)")
      let value = partial(place, entry.access.scalarType, as: type)
      sum = binary(combiner.function, summed, type, part.carried[0], value)
      text.end(part, carrying: [sum])
    }
    if isWidened { sum = text.convert("fptrunc", sum, type, type.of(.f32)) }
    write(sum, 1, to: pointer, stride: 0, entry.access)
    for counter in loops.reversed() { text.end(counter) }
  }

  /// What a part has left at a place, in the type in which the parts are put together.
  private mutating func partial(
    _ place: String, _ scalarType: ScalarType, as type: VectorType
  ) -> String {
    let stored = VectorType(stored: scalarType, 1)
    let value = text.value("load \(stored.text), ptr \(place), align \(scalarType.byteCount)")
    if scalarType == .bool { return text.compare("ne", stored, value, "zeroinitializer") }
    let own = VectorType(scalarType, 1)
    return own == type ? value : text.convert("fpext", value, own, type)
  }
}
