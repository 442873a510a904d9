import AdjointCore

/// Squares of vectors that are transposed in registers; strides and counts are arguments, so that all
/// products share the code.
extension ProductWriter {
  /// Copies columns that lie in a row in memory to where each step of them is a row.
  ///
  /// Squares of lanes × lanes are turned in registers. Whole squares are written, beyond the last step
  /// too.
  mutating func callTransposePacking(from source: String, columns: String, to target: String) {
    var body = ProductWriter(layout)
    body.writeTransposePacking()
    let function = SharedFunction(
      "turn", ["ptr %source", "i64 %stride", "i64 %columns", "ptr %target", "i64 %count"], body.text
    )
    text.call(
      function,
      [
        "ptr \(source)", "i64 %stride", "i64 \(columns)", "ptr \(target)", "i64 %count",
      ])
  }

  /// Squares that are not whole are put together in memory first.
  private mutating func writeTransposePacking() {
    let lanes = layout.lanes
    let square = text.value("alloca [\(lanes) x \(vector.text)]")
    let rounded = text.value("add i64 %count, \(lanes - 1)")
    let squares = text.value("udiv i64 \(rounded), \(lanes)")
    let isWide = text.value("icmp eq i64 %columns, \(lanes)")
    let number = text.beginLoop(from: "0", to: squares)
    let done = text.value("mul i64 \(number.index), \(lanes)")
    let source = move("%source", done, 1)
    let target = move("%target", done, layout.panelColumns)
    let rest = text.value("sub i64 %count, \(done)")
    let isLong = text.value("icmp uge i64 \(rest), \(lanes)")
    let isWhole = text.value("and i1 \(isWide), \(isLong)")
    let partly = text.beginIf(text.value("xor i1 \(isWhole), true"))
    for lane in 0..<lanes { storePacked("zeroinitializer", move(square, lane * lanes)) }
    let mask = mask(runtime: rest)
    let column = text.beginLoop(from: "0", to: "%columns")
    storePacked(
      maskedLoad(moved(source, column.index, "%stride"), mask),
      move(square, column.index, lanes))
    text.end(column)
    text.end(partly)
    let from = text.value("select i1 \(isWhole), ptr \(source), ptr \(square)")
    let stride = text.value(
      "select i1 \(isWhole), i64 %stride, i64 \(byteCount(lanes))")
    callSquare(from: from, stride: stride, to: target, stride: layout.panelColumns)
    text.end(number)
    text.effect("ret void")
  }

  /// Transposes a square of lanes × lanes from one place in memory, with a stride in bytes, to another.
  mutating func callSquare(
    from source: String, stride: String, to target: String, stride targetStride: Int
  ) {
    var body = ProductWriter(layout)
    body.writeSquare(targetStride)
    let function = SharedFunction(
      "square", ["ptr %source", "i64 %stride", "ptr %target"], body.text)
    text.call(function, ["ptr \(source)", "i64 \(stride)", "ptr \(target)"])
  }

  /// In each round, halves of half-size blocks change places.
  private mutating func writeSquare(_ targetStride: Int) {
    let lanes = layout.lanes
    // Few of the addresses wait for one another.
    let strides = [1, 2, 3, 4].map { text.value("mul i64 %stride, \($0)") }
    var line = "%source"
    var rows = (0..<lanes).map { lane -> String in
      if lane > 0, lane % 4 == 0 {
        line = text.value("getelementptr i8, ptr \(line), i64 \(strides[3])")
      }
      let place =
        lane % 4 == 0
        ? line : text.value("getelementptr i8, ptr \(line), i64 \(strides[lane % 4 - 1])")
      return loadPacked(place)
    }
    var distance = lanes / 2
    while distance >= 1 {
      var turned = rows
      for row in 0..<lanes where row & distance == 0 {
        let (a, b) = (rows[row], rows[row + distance])
        let low = (0..<lanes).map { $0 & distance == 0 ? $0 : $0 - distance + lanes }
        let high = (0..<lanes).map { $0 & distance == 0 ? $0 + distance : $0 + lanes }
        turned[row] = shuffle(a, b, low)
        turned[row + distance] = shuffle(a, b, high)
      }
      rows = turned
      distance /= 2
    }
    for lane in 0..<lanes { storePacked(rows[lane], move("%target", lane * targetStride)) }
    text.effect("ret void")
  }

  private mutating func shuffle(_ a: String, _ b: String, _ numbers: [Int]) -> String {
    let mask = numbers.map { "i32 \($0)" }.joined(separator: ", ")
    return text.value(
      "shufflevector \(vector.text) \(a), \(vector.text) \(b), <\(numbers.count) x i32> <\(mask)>")
  }

  // MARK: Places and masks

  /// A pointer moved by a number of strides in bytes that are known only at run time.
  mutating func moved(_ pointer: String, _ index: String, _ stride: String) -> String {
    let distance = text.value("mul i64 \(index), \(stride)")
    return text.value("getelementptr i8, ptr \(pointer), i64 \(distance)")
  }

  /// So many of the first lanes: all of them where there are more.
  mutating func mask(runtime count: String) -> String {
    let type = vector.of(.i32)
    let fewer = text.smaller(count, String(layout.lanes))
    let word = text.value("trunc i64 \(fewer) to i32")
    let single = text.value("insertelement <1 x i32> poison, i32 \(word), i64 0")
    let numbers = (0..<layout.lanes).map { "i32 \($0)" }.joined(separator: ", ")
    let mask = text.compare("ult", type, "<\(numbers)>", text.spread(single, type))
    return "\(type.of(.i1).text) \(mask)"
  }
}
