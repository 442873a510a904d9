import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

/// Bytes that nobody meant to be read: each gives a `Diagnostic` or a graph that verifies.
@Suite struct HostileFileTests {
  /// Whether the bytes are accepted.
  private func accepts(_ bytes: [UInt8]) throws -> Bool {
    let graph: Graph
    do {
      graph = try GraphParser.parse(bytes, file: "hostile.graph", registry: .standard)
    } catch {
      #expect(error.location?.file == "hostile.graph")
      #expect(error.location.map { $0.line > 0 && $0.column > 0 } == true)
      #expect(error.message.count < 3000)
      return false
    }
    try GraphVerifier.verify(graph)
    return true
  }

  @Test(arguments: ["two-layer.graph", "digits-mlp.graph"]) func truncation(_ name: String) throws {
    let bytes = try ExampleFiles.bytes(name)
    #expect(try accepts(bytes))
    let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
    for count in 0..<bytes.count {
      #expect(try accepts(Array(bytes[..<count])) == (count > end), "\(count) bytes")
    }
  }

  @Test(arguments: ExampleFiles.names) func bitFlips(_ name: String) throws {
    let bytes = try ExampleFiles.bytes(name)
    var random = SeededGenerator(seed: 11)
    var accepted = 0
    for _ in 0..<1500 {
      var copy = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        copy[Int.random(in: copy.indices, using: &random)] ^=
          1 << UInt8.random(in: 0..<8, using: &random)
      }
      if try accepts(copy) { accepted += 1 }
    }
    // Flips in comments do no harm, so some files are fine.
    #expect(accepted > 0 && accepted < 1500)
  }

  /// Numbers in the place of others, so that operators see extreme attributes.
  @Test func extremeNumbers() throws {
    let lines = [
      "%p = pad(%x) {low = [0, 0], high = [0, 0], interior = [0, 0], value = 0.0} : f64[2, 3]",
      "%s = slice(%x) {axes = [0, 1], starts = [0, 0], limits = [2, 3], strides = [1, 1]} : f64[2, 3]",
      "%t = transpose(%x) {permutation = [1, 0]} : f64[3, 2]",
      "%r = reshape(%x) {shape = [3, 2]} : f64[3, 2]",
      "%b = broadcast(%x) {shape = [4, 2, 3], axes = [1, 2]} : f64[4, 2, 3]",
      "%c = concatenate(%x, %x) {axis = 0} : f64[4, 3]",
      "%i = iota() {axis = 0, type = i32[5]} : i32[5]",
      "%k = constant() {value = [1, 2], type = i32[2]} : i32[2]",
      "%d = dot_general(%x, %x) {batch_left = [0], batch_right = [0], contract_left = [1], "
        + "contract_right = [1]} : f64[2]",
      "%g = gather(%x, %n) {axis = 0} : f64[4, 3]",
      "%e = extent(%x) {axes = [0, 1], to = f32} : f32[]",
      "%m = reduce_max(%x) {axes = [0]} : f64[3]",
    ]
    let extremes = [
      "-1", "0", "1", "2", "3", "7", "1000000007", "4611686018427387904", "9223372036854775807",
      "-9223372036854775808", "9223372036854775808", "inf", "nan", "0.5", "B", "[]",
    ]
    for line in lines {
      let text = file("input %x: f64[2, 3]", "input %n: i32[4]", line, "output y = %x")
      #expect(throws: Never.self) { try parsed(text) }
      let places = line.indices.filter {
        line[$0].isNumber && !line[line.index(before: $0)].isLetter
      }
      for place in places {
        for extreme in extremes {
          let changed = line[..<place] + extreme + line[line.index(after: place)...]
          _ = try accepts(
            Array(
              file("input %x: f64[2, 3]", "input %n: i32[4]", String(changed), "output y = %x").utf8
            ))
        }
      }
    }
  }

  @Test func deepNesting() throws {
    let depth = 1_000_000
    for sign in ["[", "(", "{"] {
      let nested = String(repeating: sign, count: depth)
      let text = file("input %x: f64[2]", "%y = tanh(%x) {a = \(nested)", "output y = %y")
      #expect(try !accepts(Array(text.utf8)))
      #expect(try !accepts(Array("adjoint 1\ngraph g {\n\(nested)".utf8)))
    }
  }

  @Test func longTokens() throws {
    let long = String(repeating: "a", count: 100_000)
    let digits = String(repeating: "1", count: 100_000)
    for word in [long, digits, "%\(long)", "%\(digits)", "\"\(long)\"", "-\(digits)", "//\(long)"] {
      #expect(try !accepts(Array(file(word).utf8)))
      #expect(try !accepts(Array(file("input \(word): f64[\(word)]").utf8)))
    }
    let name = String(repeating: "b", count: GraphLimits.nameBytes)
    #expect(
      try accepts(Array(file("input %\(name): f64[\(name)]", "output \(name) = %\(name)").utf8)))
    #expect(try !accepts(Array(file("input %\(name)b: f64[]", "output y = %\(name)b").utf8)))
  }

  @Test func manyAttributes() throws {
    let attributes = (0..<10_000).map { "a\($0) = 1" }.joined(separator: ", ")
    let text = file("input %x: f64[2]", "%y = tanh(%x) {\(attributes)} : f64[2]", "output y = %y")
    let error = #expect(throws: Diagnostic.self) { try parsed(text) }
    #expect(error?.message.contains("at most 64") == true)
  }

  @Test func longLists() throws {
    let ones = Array(repeating: "1", count: 100_000).joined(separator: ", ")
    for line in [
      "%y = reshape(%x) {shape = [\(ones)]} : f64[2]",
      "%y = broadcast(%x) {shape = [2], axes = [\(ones)]} : f64[2]",
      "%y = transpose(%x) {permutation = [\(ones)]} : f64[2]",
      "%y = reduce_sum(%x) {axes = [\(ones)]} : f64[2]",
      "%y = dot_general(%x, %x) {contract_left = [\(ones)], contract_right = [\(ones)]} : f64[2]",
      "%y = slice(%x) {axes = [\(ones)], starts = [\(ones)], limits = [\(ones)]} : f64[2]",
      "%y = pad(%x) {low = [\(ones)], high = [\(ones)]} : f64[2]",
    ] {
      #expect(try !accepts(Array(file("input %x: f64[2]", line, "output y = %y").utf8)))
    }
  }

  @Test func invalidUTF8() throws {
    let start = Array("adjoint 1\n// ".utf8)
    let rest = Array("\ngraph g {\n input %x: f64[]\n output y = %x\n}".utf8)
    #expect(try accepts(start + Array("é€😀".utf8) + rest))
    let broken: [[UInt8]] = [
      [0x80], [0xc3], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe2, 0x82],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
      [0xe2, 0x82, 0x41],
    ]
    for bytes in broken {
      let error = #expect(throws: Diagnostic.self) {
        try GraphParser.parse(start + bytes + rest, file: "g.graph", registry: .standard)
      }
      #expect(error?.code == .syntax)
      #expect(error?.location == SourceLocation(file: "g.graph", line: 2, column: 4))
      #expect(error?.message.contains("UTF-8") == true)
    }
  }

  @Test func manyOutputsTakeLinearTime() throws {
    let outputs = (0..<50_000).map { "output y\($0) = %x" }.joined(separator: "\n")
    #expect(try accepts(Array(file("input %x: f64[]", outputs).utf8)))
  }
}
