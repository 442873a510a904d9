import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

/// The list of rewrites as it is printed in Documentation/Rewrites.md; `UPDATE_GOLDEN=1` writes it anew, and fails, so
/// that it is looked at.
@Suite("The list of rewrites")
struct RewriteListTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/Rewrites.md")

  private static func names(_ root: any Operator.Type) -> [String] {
    RewriteTable(StandardRewrites.all)[root].map(\.name)
  }

  private static func text() -> String {
    var roots: [String] = []
    var byRoot: [String: [Rewrite]] = [:]
    for rewrite in StandardRewrites.all {
      let root = rewrite.root?.mnemonic ?? "?"
      if byRoot[root] == nil { roots.append(root) }
      byRoot[root, default: []].append(rewrite)
    }
    var text = """
      # Rewrites
      Every rewrite that a pass applies, by the operator of the node that it replaces and in the order in which they are
      tried. A letter stands for any value, and for the same value wherever a pattern has it; sums and products are
      matched in either order, and reshapes between a sum and what reads it are looked through. Behind each stand its pass
      and the most that it changes: nothing, the sign of a zero, the last bits, or the range, that is what overflows,
      underflows, cancels or is NaN (README.md says which these are).
      `RewriteListTests` writes this page.

      """
    for root in roots {
      text += "\n## \(root)\n"
      for rewrite in byRoot[root] ?? [] {
        let condition = rewrite.condition.map { " where \($0)" } ?? ""
        text += "- `\(rewrite.name)`\(condition) (\(rewrite.family.pass), \(rewrite.change.text))\n"
      }
    }
    return text
  }

  @Test("is what its page says")
  func page() throws {
    let expected = Self.text()
    let actual = try? String(contentsOf: Self.file, encoding: .utf8)
    if actual != expected, ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try expected.write(to: Self.file, atomically: true, encoding: .utf8)
    }
    #expect(actual == expected, "UPDATE_GOLDEN=1 writes the page anew")
  }

  @Test("has a root and a text of its own for each")
  func unique() {
    var seen: Set<String> = []
    for rewrite in StandardRewrites.all {
      #expect(rewrite.root != nil, "\(rewrite)")
      let text = "\(rewrite.root?.mnemonic ?? "?"): \(rewrite)"
      #expect(seen.insert(text).inserted, "\(text) is there twice")
    }
  }

  @Test("names only operators of the registry as roots")
  func roots() {
    for rewrite in StandardRewrites.all {
      let known = rewrite.root.flatMap { OperatorRegistry.standard[$0.mnemonic] }
      #expect(known == rewrite.root, "\(rewrite)")
    }
  }

  @Test("is tried in order: what is special before what it is a case of")
  func order() {
    #expect(
      Self.names(Divide.self) == [
        "x / 1 → x", "1 / (1 + exp(x)) → σ(−x)", "exp(x) / (1 + exp(x)) → σ(x)",
        "exp(a) / (exp(a) + exp(b)) → σ(a − b)",
        "(exp(a) − exp(b)) / (exp(a) + exp(b)) → tanh(½ · (a − b))",
        "expm1(x) / (1 + exp(x)) → tanh(½ · x)", "(−expm1(x)) / (1 + exp(x)) → −tanh(½ · x)",
        "a / (1 + exp(x)) → a · σ(−x)", "exp(x) / broadcast(reduce_sum(exp(x))) → softmax(x)",
        "(−x) / (−y) → x / y", "x / 2ⁿ → x · 2⁻ⁿ", "1 / x → reciprocal(x)",
      ])
    #expect(
      Self.names(Add.self).suffix(3)
        == ["x + 0 → x", "½ · x + ½ · x → x", "x + (−y) → x − y"])
    #expect(
      Self.names(Power.self) == ["x⁰ → 1", "x¹ → x", "x² → x · x", "x⁻¹ → reciprocal(x)"])
  }

  @Test("the first that matches is applied, though others would match")
  func first() throws {
    let builder = GraphBuilder("first")
    let x = builder.input("x", .f64, [2])
    builder.output("y", (1 / (1 + exp(x))).named("y"))
    let log = RewriteLog()
    let graph = try Pass.stableForms(builder.build(), log: log)
    #expect(log.firings.map(\.rewrite) == ["1 / (1 + exp(x)) → σ(−x)"])
    #expect(graph.nodes.map(\.mnemonic).suffix(1) == ["sigmoid"])
  }
}

extension Rewrite.Family {
  fileprivate var pass: String {
    switch self {
    case .identity: "identities"
    case .stableForm: "stable-forms"
    case .contraction: "contractions"
    }
  }
}

extension Rewrite.Change {
  fileprivate var text: String {
    switch self {
    case .nothing: "nothing"
    case .signOfZero: "sign of a zero"
    case .rounding: "last bits"
    case .range: "range"
    }
  }
}
