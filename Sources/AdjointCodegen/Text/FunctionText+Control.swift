extension FunctionText {
  /// A loop that has been begun.
  struct Loop {
    /// The number of the iteration.
    var index: String
    fileprivate var label: String
    fileprivate var end: String
    /// The line of the counter, which names the block that jumps back once it is known.
    fileprivate var line: Int
    fileprivate var from: String
    fileprivate var to: String
    fileprivate var before: String
  }

  /// Begins a loop of at least one iteration.
  mutating func beginLoop(from: String, to: String) -> Loop {
    let label = name("loop")
    let loop = Loop(
      index: "%" + name("i"), label: label, end: label + ".end", line: lines.count + 2, from: from,
      to: to, before: block)
    begin(label)
    effect("")
    return loop
  }

  /// Ends a loop.
  mutating func end(_ loop: Loop) {
    let next = value("add nuw nsw i64 \(loop.index), 1")
    let more = value("icmp ult i64 \(next), \(loop.to)")
    effect("br i1 \(more), label %\(loop.label), label %\(loop.end)")
    replace(
      line: loop.line,
      "  \(loop.index) = phi i64 [ \(loop.from), %\(loop.before) ], [ \(next), %\(block) ]")
    open(loop.end)
  }

  /// Begins what is done only where a condition, an `i1`, holds; returns the label of its end.
  mutating func beginIf(_ condition: String) -> String {
    let label = name("if")
    effect("br i1 \(condition), label %\(label), label %\(label).end")
    open(label)
    return label + ".end"
  }

  /// Ends a condition.
  mutating func end(_ label: String) { begin(label) }

  /// The smaller of two unsigned numbers.
  mutating func smaller(_ a: String, _ b: String) -> String {
    let isLess = value("icmp ult i64 \(a), \(b)")
    return value("select i1 \(isLess), i64 \(a), i64 \(b)")
  }
}
