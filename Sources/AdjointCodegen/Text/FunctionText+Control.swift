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
    /// The values that each iteration leaves to the next, as this iteration has them.
    var carried: [String] = []
    fileprivate var carriedType = ""
    fileprivate var carriedStart = ""
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

  /// Begins a loop of at least one iteration that carries values of one type.
  mutating func beginLoop(
    from: String, to: String, carrying count: Int, _ type: String, start: String
  ) -> Loop {
    var loop = beginLoop(from: from, to: to)
    for _ in 0..<count {
      loop.carried.append("%" + name("s"))
      effect("")
    }
    (loop.carriedType, loop.carriedStart) = (type, start)
    return loop
  }

  /// Ends a loop that carries values.
  ///
  /// - Parameter next: The values as this iteration leaves them: after the loop, those of the last.
  mutating func end(_ loop: Loop, carrying next: [String]) {
    for (number, (value, next)) in zip(loop.carried, next).enumerated() {
      replace(
        line: loop.line + 1 + number,
        "  \(value) = phi \(loop.carriedType) [ \(loop.carriedStart), %\(loop.before) ],"
          + " [ \(next), %\(block) ]")
    }
    end(loop)
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

  /// Two ways to go on that have been begun.
  struct Choice {
    fileprivate var second: String
    fileprivate var end: String
  }

  /// Begins what is done where a condition holds, and `otherwise` what is done where not.
  mutating func beginChoice(_ condition: String) -> Choice {
    let label = name("if")
    let choice = Choice(second: label + ".else", end: label + ".end")
    effect("br i1 \(condition), label %\(label), label %\(choice.second)")
    open(label)
    return choice
  }

  mutating func otherwise(_ choice: Choice) {
    effect("br label %\(choice.end)")
    open(choice.second)
  }

  mutating func end(_ choice: Choice) { begin(choice.end) }

  /// Ends a condition.
  mutating func end(_ label: String) { begin(label) }

  /// The positions along axes, the outermost first, of an element with a number in row-major order.
  mutating func positions(of number: String, in extents: [Int]) -> [String] {
    var positions: [String] = []
    var rest = number
    for (axis, extent) in extents.enumerated().reversed() {
      positions.append(axis == 0 ? rest : value("urem i64 \(rest), \(extent)"))
      if axis > 0 { rest = value("udiv i64 \(rest), \(extent)") }
    }
    return positions.reversed()
  }

  /// The smaller of two unsigned numbers.
  mutating func smaller(_ a: String, _ b: String) -> String {
    let isLess = value("icmp ult i64 \(a), \(b)")
    return value("select i1 \(isLess), i64 \(a), i64 \(b)")
  }
}
