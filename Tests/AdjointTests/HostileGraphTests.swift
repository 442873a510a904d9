import Adjoint
import TestSupport
import Testing

/// Graphs with extreme extents, compiled for both back ends: each gives an executable or one `Diagnostic`.
@Suite("Graphs of extreme extents are compiled or refused")
struct HostileGraphTests {
  /// A graph for any three extents.
  struct Template: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Whether a gradient of it is compiled as well.
    let hasGradient: Bool
    let graph: @Sendable (Int, Int, Int) throws -> Graph

    init(
      _ description: String, gradient: Bool = true,
      _ graph: @escaping @Sendable (Int, Int, Int) throws -> Graph
    ) {
      testDescription = description
      hasGradient = gradient
      self.graph = graph
    }

    /// A graph whose text has {A}, {B} and {C} where extents are to come.
    init(_ description: String, gradient: Bool = true, _ lines: String...) {
      self.init(description, gradient: gradient) { a, b, c in
        let body = lines.map {
          "  "
            + $0.replacing("{A}", with: String(a)).replacing("{B}", with: String(b))
            .replacing("{C}", with: String(c))
        }
        return try Graph(text: "adjoint 1\ngraph g {\n" + body.joined(separator: "\n") + "\n}\n")
      }
    }
  }

  static let templates = [
    Template(
      "a reduction of what is broadcast",
      "input %x: f32[]",
      "%b = broadcast(%x) {shape = [{A}, {B}, {C}], axes = []} : f32[{A}, {B}, {C}]",
      "%s = sin(%b) : f32[{A}, {B}, {C}]", "%y = reduce_sum(%s) {axes = [0, 1, 2]} : f32[]",
      "output y = %y"),
    Template(
      "several reductions of one value",
      "input %x: f64[]", "%b = broadcast(%x) {shape = [{A}, {B}], axes = []} : f64[{A}, {B}]",
      "%e = exp(%b) : f64[{A}, {B}]", "%r = reduce_sum(%e) {axes = [1]} : f64[{A}]",
      "%m = reduce_max(%e) {axes = [1]} : f64[{A}]", "%p = multiply(%r, %m) : f64[{A}]",
      "%y = reduce_sum(%p) {axes = [0]} : f64[]", "output y = %y"),
    Template(
      "a product and what is added to it",
      "input %a: f32[{A}, {B}]", "input %c: f32[{B}, {C}]", "input %d: f32[{A}, {C}]",
      "%p = dot_general(%a, %c) {contract_left = [1], contract_right = [0]} : f32[{A}, {C}]",
      "%s = add(%p, %d) : f32[{A}, {C}]", "%y = reduce_sum(%s) {axes = [0, 1]} : f32[]",
      "output y = %y"),
    Template(
      "a product of what is broadcast",
      "input %x: f64[]", "%a = broadcast(%x) {shape = [{A}, {B}], axes = []} : f64[{A}, {B}]",
      "%c = broadcast(%x) {shape = [{B}, {C}], axes = []} : f64[{B}, {C}]",
      "%p = dot_general(%a, %c) {contract_left = [1], contract_right = [0]} : f64[{A}, {C}]",
      "%t = tanh(%p) : f64[{A}, {C}]", "%y = reduce_sum(%t) {axes = [0, 1]} : f64[]",
      "output y = %y"),
    Template(
      "a product that no library reads",
      "input %x: f32[]",
      "%a = broadcast(%x) {shape = [{A}, {C}, {B}], axes = []} : f32[{A}, {C}, {B}]",
      "%p = dot_general(%a, %a) {batch_left = [2], batch_right = [2], contract_left = [1], "
        + "contract_right = [1]} : f32[{B}, {A}, {A}]",
      "%y = reduce_sum(%p) {axes = [0, 1, 2]} : f32[]", "output y = %y"),
    Template(
      "a transpose of an input",
      "input %x: f32[{A}, {B}]", "%t = transpose(%x) {permutation = [1, 0]} : f32[{B}, {A}]",
      "%e = exp(%t) : f32[{B}, {A}]", "%y = reduce_sum(%e) {axes = [0, 1]} : f32[]",
      "output y = %y"),
    Template(
      "gathers and scatters", gradient: false,
      "input %x: f32[{A}, {B}]", "input %i: i32[{C}]",
      "%g = gather(%x, %i) {axis = 0} : f32[{C}, {B}]",
      "%s = scatter_add(%x, %i, %g) {axis = 0} : f32[{A}, {B}]",
      "%y = reduce_sum(%s) {axes = [0, 1]} : f32[]", "output y = %y"),
    Template(
      "positions along an axis", gradient: false,
      "%i = iota() {axis = 0, type = i64[{A}, {B}]} : i64[{A}, {B}]",
      "%y = reduce_sum(%i) {axes = [0, 1]} : i64[]", "output y = %y"),
    Template("slices, pads and concatenations") { a, b, c in
      let builder = GraphBuilder()
      let x = builder.input("x", .f32, [a])
      let padded = x.padded(low: [b], high: [c], interior: [b])
      let cut = padded.sliced(from: [0], to: [a], strides: [c])
      builder.output("y", concatenate([padded, cut, x], axis: 0).sum())
      return try builder.build()
    },
    Template("slices from anywhere") { a, b, c in
      let builder = GraphBuilder()
      let x = builder.input("x", .f32, [a, 2])
      builder.output("y", x.sliced(from: [b, 0], to: [c, 1], strides: [c, 1]).sum())
      return try builder.build()
    },
    Template("slices that overlap") { a, b, c in
      let builder = GraphBuilder()
      let x = builder.input("x", .f32, [a, 2])
      let product = x.sliced(from: [0, 0], to: [b, 2]) * x.sliced(from: [c, 0], to: [a, 2])
      builder.output("y", product.sum())
      return try builder.build()
    },
    Template(
      "numbers of elements",
      "input %x: f32[]", "%b = broadcast(%x) {shape = [{A}, {B}], axes = []} : f32[{A}, {B}]",
      "%n = extent(%b) {axes = [0, 1], to = f32} : f32[]",
      "%s = reduce_sum(%b) {axes = [0, 1]} : f32[]", "%y = divide(%s, %n) : f32[]",
      "output y = %y"),
    Template(
      "a parameter and its next value", gradient: false,
      "parameter %w: f32[{A}, {B}] = zeros", "input %x: f32[{C}, {A}]", "input %d: f32[{C}, {B}]",
      "%g = dot_general(%x, %d) {contract_left = [0], contract_right = [0]} : f32[{A}, {B}]",
      "%n = add(%w, %g) : f32[{A}, {B}]", "update %w = %n"),
  ]

  static let extremes: [Int] = {
    var extents = [0, 1, 2, 3, 64, 1009, -1, Int.min, Int.max]
    for exponent in [10, 16, 20, 22, 23, 24, 28, 30, 31, 32, 40, 44, 45, 46, 47, 56, 61, 62] {
      extents += [1 << exponent, 1 << exponent - 1]
    }
    return extents
  }()

  /// A limit far below what most of the extents ask for.
  static let byteLimit = 1 << 20

  @Test(arguments: templates, Backend.allCases)
  func compile(_ template: Template, _ backend: Backend) throws {
    var random = SeededGenerator(seed: 29)
    var (accepted, refused) = (0, 0)
    // What is small is compiled; what is large takes no time.
    for draw in 0..<80 {
      let choice = draw < 12 ? [0, 1, 2, 3, 5] : Self.extremes
      let extents = (0..<3).map { _ in choice.randomElement(using: &random) ?? 0 }
      do {
        let graph = try template.graph(extents[0], extents[1], extents[2])
        try compile(graph, backend, gradient: template.hasGradient)
        accepted += 1
      } catch let error as Diagnostic {
        #expect(error.code != .invalidPlan, "\(error) for \(extents)")
        #expect(error.code != .syntax || extents.min() ?? 0 < 0, "\(error) for \(extents)")
        refused += 1
      }
    }
    #expect(accepted > 0)
    #expect(refused > 0)
  }

  private func compile(_ graph: Graph, _ backend: Backend, gradient: Bool) throws {
    let options = CompilationOptions(
      threads: 2, maximumArenaByteCount: Self.byteLimit, backend: backend)
    _ = try graph.compiled(options)
    #expect(try graph.planReport(options).isEmpty == false)
    #expect(try graph.fusionReport(options).isEmpty == false)
    #expect(try graph.rowReport(options).isEmpty == false)
    if backend == .generated { try expectShortCode(graph, options) }
    guard gradient, let input = graph.inputs.first else { return }
    let derivative = try graph.differentiated("y", withRespectTo: [input.name])
    _ = try derivative.compiled(options)
    if backend == .generated { try expectShortCode(derivative, options) }
  }

  /// Whatever its extents are, a kernel is loops: as much text, and no more time to compile.
  private func expectShortCode(_ graph: Graph, _ options: CompilationOptions) throws {
    let code = try graph.generatedCode(as: .llvm, options)
    let lines = code.split(separator: "\n").count
    #expect(lines < 2_000, "\(lines) lines for \(graph.text)")
  }

  @Test("the most bytes a tensor may have", arguments: Backend.allCases)
  func ceiling(_ backend: Backend) throws {
    let sum = Self.templates[0]
    let options = CompilationOptions(maximumArenaByteCount: Self.byteLimit, backend: backend)
    // 2⁴⁶ numbers of 4 bytes that no kernel stores.
    _ = try sum.graph(1 << 23, 1 << 23, 1).compiled(options)
    for extents in [[1 << 30, 1 << 30], [1 << 23, 1 << 23 + 1]] {
      let error = #expect(throws: Diagnostic.self) { try sum.graph(extents[0], extents[1], 1) }
      #expect(error?.code == .invalidType)
    }
    // As many products as are too many to count, of values that may be.
    let error = #expect(throws: Diagnostic.self) {
      try Self.templates[4].graph(1 << 20, 4, 1 << 22).compiled(options)
    }
    #expect(error?.code == .invalidType)
    let message = try #require(error?.message)
    #expect(
      message.contains("loops over [4, 1048576, 1048576, 4194304] have more points"), "\(message)")
  }
}
