extension MachineModel: CustomStringConvertible {
  /// The model as text, which `init(text:file:)` reads: the fixed part, then the free part.
  public var description: String {
    var lines = ["machine 1", "", "fixed, decides how sums are put together"]
    lines.append("  vector \(vectorByteCount) bytes")
    lines += caches.map { cache in
      "  cache \(cache.byteCount) bytes for \(cache.coreCount) core\(cache.coreCount == 1 ? "" : "s")"
    }
    lines += [
      "", "free, changes no bit", "  cores \(coreCount)", "  launch \(launchNanoseconds) ns",
      "  hand-over \(handOverNanoseconds) ns",
      "  arithmetic \(multiplyAddsPerNanosecond) multiply-adds in 1 ns",
      "  memory \(bytesPerNanosecond) bytes in 1 ns",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The model that a text describes.
  ///
  /// - Parameter file: The name of the file that the text is from, for messages.
  /// - Throws: `.syntax` with the place of what is no such text, or of a number that no machine has.
  public init(text: String, file: String) throws(Diagnostic) {
    var scanner = TextScanner(text, file: file)
    self = .reference
    caches = []
    try scanner.expect("machine 1")
    try scanner.endLine()
    try scanner.expect("fixed, decides how sums are put together")
    try scanner.endLine()
    try scanner.expect("vector")
    let vectorPlace = scanner
    vectorByteCount = try scanner.integer("the bytes of a vector")
    guard Self.vectorByteCounts.contains(vectorByteCount) else {
      throw vectorPlace.expected("the bytes of a vector: 16, 32, 64, 128 or 256")
    }
    try scanner.expect("bytes")
    try scanner.endLine()
    while scanner.accepts("cache") {
      let byteCount = try scanner.integer(1...1 << 40, "the bytes of a cache")
      try scanner.expect("bytes for")
      let coreCount = try scanner.integer(1...1 << 16, "a number of cores")
      if !scanner.accepts("cores") { try scanner.expect("core") }
      try scanner.endLine()
      caches.append(Cache(byteCount: byteCount, coreCount: coreCount))
    }
    guard !caches.isEmpty else { throw scanner.expected("a cache") }
    try scanner.expect("free, changes no bit")
    try scanner.endLine()
    try scanner.expect("cores")
    coreCount = try scanner.integer(1...1 << 16, "a number of cores")
    try scanner.endLine()
    try scanner.expect("launch")
    launchNanoseconds = try scanner.cost("ns")
    try scanner.expect("hand-over")
    handOverNanoseconds = try scanner.cost("ns")
    try scanner.expect("arithmetic")
    multiplyAddsPerNanosecond = try scanner.cost("multiply-adds in 1 ns")
    try scanner.expect("memory")
    bytesPerNanosecond = try scanner.cost("bytes in 1 ns")
    guard scanner.isAtEnd else { throw scanner.expected("the end of the text") }
  }
}

extension TextScanner {
  fileprivate mutating func integer(
    _ range: ClosedRange<Int>, _ what: String
  ) throws(Diagnostic) -> Int {
    let place = self
    let number = try integer(what)
    guard range.contains(number) else {
      throw place.expected("\(what), \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number above zero with its unit, up to the end of the line.
  fileprivate mutating func cost(_ unit: String) throws(Diagnostic) -> Double {
    let place = self
    guard let number = Double(try number()), number >= 1e-6, number <= 1e12 else {
      throw place.expected("a number from 1e-06 to 1e+12")
    }
    try expect(unit)
    try endLine()
    return number
  }
}
