import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

/// A file that is refused, and how.
struct Refusal: CustomTestStringConvertible, Sendable {
  var text: String
  var code: Diagnostic.Code
  var line: Int
  var column: Int
  /// Parts of the message.
  var words: [String]

  init(_ text: String, _ code: Diagnostic.Code, _ line: Int, _ column: Int, _ words: String...) {
    self.text = text
    self.code = code
    self.line = line
    self.column = column
    self.words = words
  }

  /// A refusal in the third line of a file, the first of these lines.
  static func line(
    _ line: String, _ code: Diagnostic.Code, _ column: Int, _ words: String...
  ) -> Refusal {
    var refusal = Refusal(
      file(line, "input %x: f64[2]", "output y = %x"), code, 3, column)
    refusal.words = words
    return refusal
  }

  /// A refusal in the fifth line, after inputs %x: f64[2] and %i: i32[3].
  static func node(
    _ line: String, _ code: Diagnostic.Code, _ column: Int, _ words: String...
  ) -> Refusal {
    var refusal = Refusal(
      file("input %x: f64[2]", "input %i: i32[3]", line, "output last = %x"), code, 5, column)
    refusal.words = words
    return refusal
  }

  /// The line that is refused.
  var testDescription: String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.contains(line - 1) ? String(lines[line - 1].prefix(100)) : text
  }

  func check() {
    do {
      _ = try parsed(text)
      Issue.record("it is accepted")
    } catch {
      #expect(error.code == code, "\(error)")
      #expect(
        error.location == SourceLocation(file: "g.graph", line: line, column: column), "\(error)")
      for word in words { #expect(error.message.contains(word), "\(error)") }
    }
  }
}

@Suite struct GraphParserTests {
  static let files: [Refusal] = [
    Refusal("", .syntax, 1, 1, "`adjoint 1`"),
    Refusal("graph g {\n}", .syntax, 1, 1, "first line", "`adjoint 1`"),
    Refusal("\nadjoint 1\ngraph g {\n}", .syntax, 1, 1, "first line"),
    Refusal("// c\nadjoint 1\ngraph g {\n}", .syntax, 1, 5, "first line"),
    Refusal("adjoint\ngraph g {\n}", .syntax, 1, 8, "version", "reads 1"),
    Refusal("adjoint 3\ngraph g {\n}", .syntax, 1, 9, "version 3", "reads 1, 2", "newer"),
    Refusal("adjoint 99999999999999999999\n", .syntax, 1, 9, "reads 1"),
    Refusal("adjoint 1 graph g {\n}", .syntax, 1, 11, "end of the line"),
    Refusal("adjoint 1\n", .syntax, 2, 1, "graph", "truncated"),
    Refusal("adjoint 1\ngraph {\n}", .syntax, 2, 7, "name of the graph"),
    Refusal("adjoint 1\ngraph g\n", .syntax, 2, 8, "'{'"),
    Refusal("adjoint 1\ngraph g {\n", .syntax, 3, 1, "}", "truncated"),
    Refusal("adjoint 1\ngraph g {\n}\n", .invalidGraph, 4, 1, "computes nothing"),
    Refusal(file("input %x: f64[]", "output y = %x") + "graph", .syntax, 6, 1, "one graph"),
    Refusal("adjoint 1\ngraph g {\n  \u{0}\n}", .syntax, 3, 3, "NUL"),
    Refusal("adjoint 1\ngraph g {\n  // \u{7}\n}", .syntax, 3, 6, "U+7"),
    Refusal("adjoint 1\ngraph g {\n  é\n}", .syntax, 3, 3, "ASCII"),
    Refusal("adjoint 1\ngraph g {\n  ;\n}", .syntax, 3, 3, "';'"),
  ]

  static let statements: [Refusal] = [
    .line("foo %x", .syntax, 3, "begins with input", "foo"),
    .line("[1]", .syntax, 3, "begins with input", "'['"),
    .line("input x: f64[]", .syntax, 9, "%name", "x"),
    .line("input %: f64[]", .syntax, 9, "after %"),
    .line("input %1a: f64[]", .syntax, 9, "%1a"),
    .line("input %1: f64[]", .syntax, 9, "%1", "name"),
    .line("input %a f64[]", .syntax, 12, "':'"),
    .line("input %a: f64", .syntax, 16, "'['"),
    .line("input %a: f16[]", .invalidType, 13, "f16", "f32, f64, i32, i64, u8, bool"),
    .line("input %a: f64[-1]", .invalidType, 16, "zero or more"),
    .line("input %a: f64[1.5]", .syntax, 17, "extent", "1.5"),
    .line("input %a: f64[2,]", .syntax, 19, "extent"),
    .line("input %a: f64[2 3]", .syntax, 19, "','"),
    .line("input %a: f64[nan]", .syntax, 17, "nan"),
    .line(
      "input %a: f64[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", .invalidType, 49, "at most 16"),
    .line("input %a: f64[4294967296, 4294967296]", .invalidType, 16, "overflow"),
    .line("input %a: f64[99999999999999999999]", .syntax, 17, "64 bits"),
    .line("input %a: f64[], f64[]", .syntax, 18, "end of the line"),
    .line("input %a: f64[] // fine\n  input %a: f64[]", .duplicateName, 9, "%a").at(line: 4),
    .line("parameter %w: f64[2]", .syntax, 23, "'='", "zeros"),
    .line("parameter %w: f64[2] = ones", .syntax, 26, "ones", "glorot", "literal"),
    .line("parameter %w: f64[2] = constant()", .syntax, 34, "constant(v)"),
    .line("parameter %w: f64[2] = constant(1, 2)", .syntax, 34, "constant(v)"),
    .line("parameter %w: f64[2] = uniform(1)", .syntax, 33, "uniform(low, high)"),
    .line("parameter %w: f64[2] = normal(a, 1)", .syntax, 33, "number"),
    .line("parameter %w: f64[2] = literal [1.0]", .shapeMismatch, 34, "2 elements", "has 1"),
    .line(
      "parameter %w: f64[1000000000] = literal [1.0]", .shapeMismatch, 43, "1000000000 elements"),
    .line("parameter %w: f64[B] = literal [1.0]", .unboundDimension, 34, "without names"),
    .line("parameter %w: f64[1] = literal [a]", .syntax, 34, "a is none"),
    .line("parameter %w: f64[1] = literal [[1]]", .syntax, 35, "do not nest"),
    .line("parameter %w: i32[1] = literal [0.5]", .scalarTypeMismatch, 34, "whole numbers"),
    .line("parameter %w: i32[1] = literal [2147483648]", .invalidType, 34, "range of i32"),
    .line("parameter %w: u8[1] = literal [-1]", .invalidType, 33, "range of u8"),
    .line("parameter %w: bool[1] = literal [2]", .invalidType, 35, "range of bool"),
    .line("parameter %w: f32[1] = literal [1e39]", .invalidType, 34, "range of f32"),
    .line("parameter %w: f64[1] = literal [1e999]", .syntax, 35, "range of f64", "inf"),
    .line("parameter %w: i32[1] = constant(3000000000)", .invalidType, 26, "range of i32", "300"),
    .line("parameter %w: u8[1] = constant(1.5)", .scalarTypeMismatch, 25, "u8", "1.5"),
    .line("parameter %w: f32[1] = constant(1e39)", .invalidType, 26, "range of f32"),
    .line("parameter %w: i64[1] = constant(nan)", .scalarTypeMismatch, 26, "i64", "nan"),
    .line("parameter %w: i32[1] = uniform(0, 9)", .scalarTypeMismatch, 26, "random", "i32[1]"),
    .line("parameter %w: f32[1] = normal(0, 1e38)", .invalidType, 26, "range of f32"),
    .line(
      "parameter %w: i64[2] = literal [1, 9007199254740992.5]", .scalarTypeMismatch, 34,
      "number 2 of 2"),
    .line("input %a: f64[] @foo(node = \"a\", rule = \"b\")", .syntax, 20, "@adjoint"),
    .line("input %a: f64[] @adjoint(node = \"a\")", .invalidAttribute, 20, "rule"),
    .line(
      "input %a: f64[] @adjoint(node = 1, rule = \"b\")", .invalidAttribute, 20, "node", "quotes"),
    .line(
      "input %a: f64[] @adjoint(node = \"a\", rule = \"b\", operand = -1)", .invalidAttribute, 20,
      "zero or more"),
    .line("update %w = %w", .unknownName, 10, "%w"),
  ]

  static let nodes: [Refusal] = [
    .node("%y = tahn(%x) : f64[2]", .unknownOperator, 8, "tahn", "did you mean tanh?", "add, "),
    .node("%y = (%x) : f64[2]", .syntax, 8, "operator"),
    .node("%y tanh(%x) : f64[2]", .syntax, 6, "'='"),
    .node("%y = tanh %x : f64[2]", .syntax, 13, "'('"),
    .node("%y = tanh(%x : f64[2]", .syntax, 16, "','"),
    .node("%y = tanh(3) : f64[2]", .syntax, 13, "value such as %x"),
    .node("%y = tanh(%x)", .syntax, 16, "type", ": f64[2]"),
    .node("%y = tanh(%x) : f64[3]", .shapeMismatch, 19, "f64[3]", "f64[2]", "tanh"),
    .node("%y = tanh(%x) : f32[2]", .scalarTypeMismatch, 19, "f32[2]", "f64[2]"),
    .node("%y = tanh(%x) : f64[2], f64[2]", .scalarTypeMismatch, 19, "f64[2], f64[2]"),
    .node("%y, %y#1 = tanh(%x) : f64[2]", .invalidGraph, 3, "1 result,", "names 2"),
    .node("%y, %z = tanh(%x) : f64[2]", .syntax, 7, "%y#1"),
    .node("%y#1 = tanh(%x) : f64[2]", .syntax, 3, "%y#1"),
    .node("%y = tanh(%x#1) : f64[2]", .unknownName, 13, "1 result,"),
    .node("%y = tanh(%x#) : f64[2]", .syntax, 13, "after #"),
    .node("%x = tanh(%x) : f64[2]", .duplicateName, 3, "%x"),
    .node("%y = tanh(%q) : f64[2]", .unknownName, 13, "%q", "earlier line"),
    .node("%y = tanh(%y) : f64[2]", .invalidGraph, 13, "%y", "cycle"),
    .node(
      "%y = tanh(%z) : f64[2]\n  %z = tanh(%y) : f64[2]", .invalidGraph, 13,
      "uses %z before its definition", "a graph cannot have a cycle"),
    .node("%y = tanh(%z) : f64[2]\n  input %z: f64[2]", .invalidGraph, 13, "%z"),
    .node("%y = add(%x, %i) : f64[2]", .scalarTypeMismatch, 8, "add: ", "f64[2]", "i32[3]"),
    .node("%y = add(%x) : f64[2]", .operandCount, 8, "2 operands"),
    .node("%y = tanh(%x) {a = 1} : f64[2]", .invalidAttribute, 8, "no attribute a"),
    .node("%y = reduce_sum(%x) : f64[]", .invalidAttribute, 8, "axes", "missing"),
    .node("%y = reduce_sum(%x) {axes = [0], axes = [0]} : f64[]", .invalidAttribute, 36, "twice"),
    .node("%y = reduce_sum(%x) {axes = [0]: f64[]", .syntax, 34, "'}'"),
    .node("%y = reduce_sum(%x) {axes [0]} : f64[]", .syntax, 29, "'='"),
    .node("%y = reduce_sum(%x) {axes = [[0]]} : f64[]", .syntax, 32, "do not nest"),
    .node("%y = reduce_sum(%x) {axes = [B, 0.5]} : f64[]", .syntax, 35, "not both"),
    .node("%y = reduce_sum(%x) {axes = [0.5, B]} : f64[]", .syntax, 37, "number"),
    .node("%y = reduce_sum(%x) {axes = %x} : f64[]", .syntax, 31, "a number"),
    .node("%y = reduce_sum(%x) {axes = maybe} : f64[]", .invalidType, 31, "maybe"),
    .node("%y = reduce_sum(%x) {axes = \"a} : f64[]", .syntax, 31, "close it"),
    .node("%y = reduce_sum(%x) {axes = \"\\q\"} : f64[]", .syntax, 31, "in a text"),
    .node("%y = reduce_sum(%x) {axes = 1.} : f64[]", .syntax, 31, "1.0"),
    .node("%y = reduce_sum(%x) {axes = 1e} : f64[]", .syntax, 31, "1e-3"),
    .node("%y = reduce_sum(%x) {axes = 12x} : f64[]", .syntax, 31, "digit"),
    .node("%y = reduce_sum(%x) {axes = -} : f64[]", .syntax, 31, "after -"),
    .node("%y = reduce_sum(%x) {axes = -infinity} : f64[]", .syntax, 31, "after -"),
    .node(
      "%y = constant() {value = 1.0, type = f32[1000000000]} : f32[1000000000]", .shapeMismatch, 8,
      "1000000000"),
    .node(
      "%y = constant() {value = [1.0], type = f32[4611686018427387904]} : f32[]", .invalidType, 45,
      "overflow"),
    .node("%y = constant() {value = 3000000000, type = i32[]} : i32[]", .invalidType, 8, "i32"),
    .node("%y = constant() {value = -1, type = u8[]} : u8[]", .invalidType, 8, "u8"),
    .node("%y = constant() {value = 2.7, type = i32[]} : i32[]", .scalarTypeMismatch, 8, "2.7"),
    .node("%y = constant() {value = nan, type = i32[]} : i32[]", .scalarTypeMismatch, 8, "nan"),
    .node("%y = constant() {value = 2, type = bool[]} : bool[]", .invalidType, 8, "bool"),
    .node("%y = constant() {value = 1e39, type = f32[]} : f32[]", .invalidType, 8, "f32"),
    .node("%y = constant() {value = 1e999, type = f64[]} : f64[]", .syntax, 28, "range of f64"),
    .node("%y = constant() {value = 9223372036854775808, type = i64[]} : i64[]", .syntax, 28, "64"),
    .node(
      "%y = constant() {value = [1, 9007199254740992.5], type = i64[2]} : i64[2]",
      .scalarTypeMismatch, 8, "number 2 of 2"),
    .node("output y = %i %i", .syntax, 17, "end of the line"),
    .node("output last = %i\n  output last = %x", .duplicateName, 10, "last").at(line: 6),
    .node("output = %x", .syntax, 10, "name of the output"),
    .node("output y = x", .syntax, 14, "value such as %x"),
    .node("update %x = %x", .invalidArgument, 10, "only parameters"),
    .node("parameter %w: f64[2] = zeros\n  update %w = %i", .shapeMismatch, 15, "f64[2]", "i32[3]")
      .at(line: 6),
    .node(
      "parameter %w: f64[2] = zeros\n  update %w = %x\n  update %w = %x", .invalidArgument, 10,
      "update already"
    ).at(line: 7),
  ]

  @Test(arguments: files) func refusesFile(_ refusal: Refusal) { refusal.check() }
  @Test(arguments: statements) func refusesStatement(_ refusal: Refusal) { refusal.check() }
  @Test(arguments: nodes) func refusesNode(_ refusal: Refusal) { refusal.check() }

  @Test func mistakesOfOperatorsNameTheNode() {
    let text = file("input %x: f64[2]", "%y = add(%x) : f64[2]", "output y = %y")
    let error = #expect(throws: Diagnostic.self) { try parsed(text) }
    #expect(error?.node == "y")
  }
}

extension Refusal {
  /// The same refusal in another line.
  func at(line: Int) -> Refusal {
    var copy = self
    copy.line = line
    return copy
  }
}
