extension NestWriter {
  /// The range of the outermost kept loop that the items stand for.
  mutating func writeItems(grain: Int) {
    let loop = layout.loops[0]
    let items = layout.itemCount
    let from = text.value("mul i64 %from, \(grain)")
    let wanted = text.value("mul i64 %to, \(grain)")
    let to = text.smaller(wanted, String(loop.trips))
    let isLast = loop.rest > 0 ? text.value("icmp eq i64 %to, \(items)") : nil
    ranges[0] = LoopRange(from: from, to: to, restCondition: isLast)
    writeLoops(0)
  }

  /// Each item is a part of the outermost reduced loop, whose accumulators go to their own memory.
  mutating func writeParts(_ parts: Int) {
    let loop = layout.loops[layout.keptCount]
    let item = text.beginLoop(from: "%from", to: "%to")
    let first = text.value("mul i64 \(item.index), \(loop.trips)")
    let from = text.value("udiv i64 \(first), \(parts)")
    let next = text.value("add i64 \(first), \(loop.trips)")
    let to = text.value("udiv i64 \(next), \(parts)")
    let isLast = loop.rest > 0 ? text.value("icmp eq i64 \(item.index), \(parts - 1)") : nil
    let place = text.value("mul i64 \(item.index), \(partByteCount)")
    partPlace = text.value("getelementptr i8, ptr %memory, i64 \(place)")
    ranges[layout.keptCount] = LoopRange(from: from, to: to, restCondition: isLast)
    writeLoops(0)
    text.end(item)
  }
}
