import AdjointCore

/// Vectors in memory: next to each other, or apart; all lanes, or the first of them.
extension FunctionText {
  /// The lanes from the first on that count, as a constant.
  static func mask(_ lanes: Int, counting count: Int) -> String {
    let flags = (0..<lanes).map { "i1 \($0 < count)" }.joined(separator: ", ")
    return "<\(lanes) x i1> <\(flags)>"
  }

  /// Loads elements of a scalar type, of which truth values are bytes in memory and bits in registers.
  mutating func load(
    _ scalarType: ScalarType, _ lanes: Int, at pointer: String, stride: Int, count: Int
  ) -> String {
    let type = VectorType(stored: scalarType, lanes)
    let loaded = load(type, at: pointer, stride: stride, count: count)
    guard scalarType == .bool else { return loaded }
    let zero = integer(0, type)
    return compare("ne", type, loaded, zero)
  }

  /// Stores elements of a scalar type.
  mutating func store(
    _ vector: String, _ scalarType: ScalarType, _ lanes: Int, at pointer: String, stride: Int,
    count: Int
  ) {
    let type = VectorType(stored: scalarType, lanes)
    let bytes = scalarType == .bool ? convert("zext", vector, type.of(.i1), type) : vector
    store(bytes, type, at: pointer, stride: stride, count: count)
  }

  /// Loads a vector whose lanes are so many elements apart; lanes beyond the count are 0.
  mutating func load(
    _ type: VectorType, at pointer: String, stride: Int, count: Int
  ) -> String {
    let alignment = type.element.byteCount
    if stride == 0 || stride == 1, count == type.lanes {
      return value("load \(type.text), ptr \(pointer), align \(alignment)")
    }
    let mask = Self.mask(type.lanes, counting: count)
    if stride == 1 {
      declare(
        "declare \(type.text) @llvm.masked.load.\(type.suffix).p0(ptr, i32, \(type.of(.i1).text),"
          + " \(type.text))")
      return value(
        "call \(type.text) @llvm.masked.load.\(type.suffix).p0(ptr \(pointer), i32 \(alignment),"
          + " \(mask), \(type.text) zeroinitializer)")
    }
    if (2...4).contains(stride), count == type.lanes, type.lanes > 1, alignment >= 4 {
      return loadEvery(stride, of: type, at: pointer)
    }
    let places = laneAddresses(pointer, stride: stride, type)
    declare(
      "declare \(type.text) @llvm.masked.gather.\(type.suffix).v\(type.lanes)p0(<\(type.lanes) x ptr>,"
        + " i32, \(type.of(.i1).text), \(type.text))")
    return value(
      "call \(type.text) @llvm.masked.gather.\(type.suffix).v\(type.lanes)p0(<\(type.lanes) x ptr>"
        + " \(places), i32 \(alignment), \(mask), \(type.text) zeroinitializer)")
  }

  /// Loads a vector whose lanes are a few elements apart: all that is between too, of which the lanes are picked, which
  /// is faster than to gather them.
  private mutating func loadEvery(
    _ stride: Int, of type: VectorType, at pointer: String
  ) -> String {
    let lanes = min(type.lanes, Self.pickedByteCount / type.element.byteCount)
    let piece = VectorType(type.element, lanes)
    let last = (lanes - 1) * stride
    var pieces = (0..<type.lanes / lanes).map { number -> String in
      var picked = "poison"
      var done = 0
      for source in 0..<stride {
        // The last source ends with the last lane: what is behind it may not be there.
        let first = source < stride - 1 ? source * lanes : last + 1 - lanes
        let bytes = (number * lanes * stride + first) * type.element.byteCount
        let place = value("getelementptr i8, ptr \(pointer), i64 \(bytes)")
        let loaded = value("load \(piece.text), ptr \(place), align \(type.element.byteCount)")
        let end = source < stride - 1 ? (first + lanes - 1) / stride + 1 : lanes
        let order = (0..<lanes).map { lane in
          lane < done ? lane : lane < end ? lanes + lane * stride - first : 0
        }
        picked = value(shuffled(piece, picked, loaded, order))
        done = end
      }
      return picked
    }
    while pieces.count > 1 {
      let half = VectorType(type.element, type.lanes / pieces.count)
      pieces = Swift.stride(from: 0, to: pieces.count, by: 2).map {
        value(shuffled(half, pieces[$0], pieces[$0 + 1], Array(0..<2 * half.lanes)))
      }
    }
    return pieces[0]
  }

  /// The bytes that are picked at a time: those of a wide register.
  private static let pickedByteCount = 64

  private func shuffled(_ type: VectorType, _ a: String, _ b: String, _ order: [Int]) -> String {
    let numbers = order.map { "i32 \($0)" }.joined(separator: ", ")
    return "shufflevector \(type.text) \(a), \(type.text) \(b), <\(order.count) x i32> <\(numbers)>"
  }

  /// Stores as many lanes as count, so many elements apart.
  mutating func store(
    _ vector: String, _ type: VectorType, at pointer: String, stride: Int, count: Int
  ) {
    let alignment = type.element.byteCount
    if type.lanes == 1 || stride == 1 && count == type.lanes {
      return effect("store \(type.text) \(vector), ptr \(pointer), align \(alignment)")
    }
    let mask = Self.mask(type.lanes, counting: count)
    if stride == 1 {
      declare(
        "declare void @llvm.masked.store.\(type.suffix).p0(\(type.text), ptr, i32,"
          + " \(type.of(.i1).text))")
      return effect(
        "call void @llvm.masked.store.\(type.suffix).p0(\(type.text) \(vector), ptr \(pointer),"
          + " i32 \(alignment), \(mask))")
    }
    let places = laneAddresses(pointer, stride: stride, type)
    declare(
      "declare void @llvm.masked.scatter.\(type.suffix).v\(type.lanes)p0(\(type.text),"
        + " <\(type.lanes) x ptr>, i32, \(type.of(.i1).text))")
    effect(
      "call void @llvm.masked.scatter.\(type.suffix).v\(type.lanes)p0(\(type.text) \(vector),"
        + " <\(type.lanes) x ptr> \(places), i32 \(alignment), \(mask))")
  }

  /// The address of each lane.
  private mutating func laneAddresses(
    _ pointer: String, stride: Int, _ type: VectorType
  ) -> String {
    let bytes = stride * type.element.byteCount
    let distances = (0..<type.lanes).map { "i64 \($0 * bytes)" }.joined(separator: ", ")
    return value("getelementptr i8, ptr \(pointer), <\(type.lanes) x i64> <\(distances)>")
  }
}

extension VectorType {
  /// The type that a scalar type has in memory: truth values are bytes.
  init(stored type: ScalarType, _ lanes: Int) {
    self.init(type == .bool ? .u8 : type, lanes)
  }
}

extension VectorType.Element {
  /// The bytes of an element in memory.
  var byteCount: Int {
    switch self {
    case .f32, .i32: 4
    case .f64, .i64: 8
    case .i16: 2
    case .i8, .i1: 1
    }
  }
}
