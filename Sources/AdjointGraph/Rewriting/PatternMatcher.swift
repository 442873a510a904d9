import AdjointCore

/// A pattern made ready to be looked for at many nodes.
///
/// Each operator that takes its operands in either order, and each alternative, is a choice between two. One attempt
/// is made for each combination of choices, from the pattern as it is written on; an attempt compares types of
/// operators first, binds variables last, and allocates nothing before it binds one.
final class PatternMatcher: Sendable {
  private enum Check: Sendable {
    case bind(slot: Int)
    case accept(test: Int, slot: Int?)
    case node(NodeCheck)
    case beneath(types: [ObjectIdentifier], check: Int)
    case either(Int, Int, choice: Int)
    case known(Int, slot: Int)
  }

  private struct NodeCheck: Sendable {
    let type: ObjectIdentifier
    /// The operands in the order in which they are compared; nil where they may be any.
    let operands: [OperandCheck]?
    let choice: Int?
  }

  private struct OperandCheck: Sendable {
    let place: Int
    let check: Int
  }

  private let checks: [Check]
  private let tests: [@Sendable (Value) -> Bool]
  private let choiceCount: Int
  /// The outermost node; nil for a pattern that has none, which matches nothing.
  private let root: NodeCheck?
  /// Operators that some operand of the root has.
  private let needed: [ObjectIdentifier]
  /// The variables, each at the place where its value is kept.
  let variables: [String]

  init(_ pattern: Pattern) {
    var builder = Builder()
    if case .node(let node) = pattern {
      root = builder.check(node)
      needed = (node.operands ?? []).compactMap { $0.root.map { ObjectIdentifier($0) } }
    } else {
      root = nil
      needed = []
    }
    checks = builder.checks
    tests = builder.tests
    choiceCount = builder.choiceCount
    variables = builder.variables
  }

  /// What a function makes of the first match of which it makes something.
  func firstResult(
    at site: Rewrite.Site, _ build: (Match) -> [Value]?
  ) -> [Value]? {
    guard let root, hasNeeded(site) else { return nil }
    for combination in 0..<(1 << choiceCount) {
      var attempt = Attempt(
        site: site, slotCount: variables.count, choices: combination, choiceCount: choiceCount)
      guard compare(root, site.operandIDs, &attempt) else { continue }
      let match = Match(site: site, variables: variables, values: attempt.values)
      if let result = build(match) { return result }
    }
    return nil
  }

  private func hasNeeded(_ site: Rewrite.Site) -> Bool {
    for type in needed {
      guard site.operandIDs.contains(where: { site.builder.nodes[$0.node].operatorType == type })
      else { return false }
    }
    return true
  }

  private func compare(
    _ node: NodeCheck, _ operands: OperandList, _ attempt: inout Attempt
  ) -> Bool {
    guard let checks = node.operands else { return true }
    guard checks.count == operands.count else { return false }
    let isExchanged = attempt.isSecond(node.choice)
    for operand in checks {
      let place = isExchanged ? 1 - operand.place : operand.place
      guard compare(operand.check, operands[place], &attempt) else { return false }
    }
    return true
  }

  private func compare(_ check: Int, _ value: ValueID, _ attempt: inout Attempt) -> Bool {
    let builder = attempt.site.builder
    switch checks[check] {
    case .bind(let slot): return attempt.bind(value, to: slot)
    case .accept(let test, let slot):
      return tests[test](builder.value(value)) && attempt.bind(value, to: slot)
    case .node(let node):
      guard builder.nodes[value.node].operatorType == node.type else { return false }
      return compare(node, builder.nodes[value.node].operands, &attempt)
    case .beneath(let types, let inner):
      var value = value
      while let type = builder.nodes[value.node].operatorType, types.contains(type) {
        value = builder.nodes[value.node].operands[0]
      }
      return compare(inner, value, &attempt)
    case .either(let first, let second, let choice):
      return compare(attempt.isSecond(choice) ? second : first, value, &attempt)
    case .known(let inner, let slot):
      return compare(inner, value, &attempt) && attempt.bind(value, to: slot)
    }
  }

  /// One attempt at a match.
  private struct Attempt {
    let site: Rewrite.Site
    let slotCount: Int
    let choices: Int
    let choiceCount: Int
    var values: [ValueID?] = []

    /// The choices that stand first in the pattern change last.
    func isSecond(_ choice: Int?) -> Bool {
      guard let choice else { return false }
      return choices >> (choiceCount - 1 - choice) & 1 == 1
    }

    /// Whether the variable has the value now.
    mutating func bind(_ value: ValueID, to slot: Int?) -> Bool {
      guard let slot else { return true }
      if values.isEmpty { values = Array(repeating: nil, count: slotCount) }
      if let known = values[slot] { return known == value }
      values[slot] = value
      return true
    }
  }

  /// Numbers the checks, choices and variables of a pattern.
  private struct Builder {
    var checks: [Check] = []
    var tests: [@Sendable (Value) -> Bool] = []
    var variables: [String] = []
    var choiceCount = 0

    mutating func check(_ node: Pattern.Application) -> NodeCheck {
      var choice: Int?
      if node.order == .either, node.operands?.count == 2 { choice = nextChoice() }
      var ranked: [(rank: Int, check: OperandCheck)] = []
      for (place, operand) in (node.operands ?? []).enumerated() {
        ranked.append((operand.rank, OperandCheck(place: place, check: add(operand))))
      }
      ranked.sort { ($0.rank, $0.check.place) < ($1.rank, $1.check.place) }
      return NodeCheck(
        type: ObjectIdentifier(node.type), operands: node.operands.map { _ in ranked.map(\.check) },
        choice: choice)
    }

    private mutating func add(_ pattern: Pattern) -> Int {
      let check: Check
      switch pattern {
      case .variable(let name): check = .bind(slot: slot(name))
      case .leaf(let leaf):
        tests.append(leaf.accepts)
        check = .accept(test: tests.count - 1, slot: leaf.variable.map { slot($0) })
      case .node(let node): check = .node(self.check(node))
      case .beneath(let types, let inner):
        check = .beneath(types: types.map { ObjectIdentifier($0) }, check: add(inner))
      case .either(let first, let second):
        let choice = nextChoice()
        check = .either(add(first), add(second), choice: choice)
      case .known(let inner, let name): check = .known(add(inner), slot: slot(name))
      case .computed:
        // Nothing that is there already is what is still to be computed.
        tests.append { _ in false }
        check = .accept(test: tests.count - 1, slot: nil)
      }
      checks.append(check)
      return checks.count - 1
    }

    private mutating func nextChoice() -> Int {
      choiceCount += 1
      return choiceCount - 1
    }

    private mutating func slot(_ name: String) -> Int {
      if let known = variables.firstIndex(of: name) { return known }
      variables.append(name)
      return variables.count - 1
    }
  }
}

extension Pattern {
  /// What is cheap to compare, and seldom there, is compared first.
  fileprivate var rank: Int {
    switch self {
    case .node: 0
    case .either, .beneath: 1
    case .leaf, .computed: 2
    case .known(let inner, _): inner.rank
    case .variable: 3
    }
  }
}
