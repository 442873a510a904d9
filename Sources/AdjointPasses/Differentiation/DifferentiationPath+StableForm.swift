import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators

extension DifferentiationPath {
  /// The same path with the stable forms of the operators in place of formulas that overflow or cancel.
  ///
  ///     %e = exp(%x)
  ///     %s = add(%one, %e)       →     %y' = softplus(%x)
  ///     %y = log(%s)
  ///
  /// The nodes as they were written stay, for what else reads them; those of the new path that differ
  /// from every one of them are appended. No pattern looks through a source, nor through a node that
  /// stops derivatives. Where no stable form applies, this path is returned.
  func inStableForm() -> DifferentiationPath {
    let nodes = builder.nodes
    let activity = Activity(of: targets.map(\.id), withRespectTo: sources.map(\.id), in: nodes)
    let mayChange = nodes.indices.map {
      activity.activeNodes[$0] && StandardRewrites.stableForms.hasAny(for: nodes[$0])
    }
    guard mayChange.contains(true) else { return self }
    var rebuild = StableFormRebuild(of: self, nodes)
    for index in rebuild.ancestors() { rebuild.enter(index, mayChange: mayChange[index]) }
    builder.mistakes.append(rebuild.mistakes)
    return rebuild.path()
  }
}

/// Rebuilds a path in a builder of its own, twice: as it is written, which says what is known already,
/// and with the stable forms.
///
/// Equal nodes are one there, since a pattern matches a value whichever of them computes it. A source
/// that a node computes is an input to whatever reads it, so that no pattern sees how it is computed,
/// and no other node is taken for it.
private struct StableFormRebuild {
  private let original: DifferentiationPath
  private let nodes: [Node]
  private let sources: Set<Int>
  private let scratch: GraphBuilder
  /// For each node of the path's graph, the scratch node that stands for it as it is written.
  private var written: [ValueID?]
  /// The same with the stable forms.
  private var rebuilt: [ValueID?]
  /// For each scratch node, a node of the path's graph that computes the same in the same way.
  private var origins: [Int: Int] = [:]
  /// For scratch inputs that stand for sources whose own computation was given a stable form: that form.
  private var definitions: [Int: ValueID] = [:]

  /// What a rewrite did wrong.
  var mistakes: Mistakes { scratch.mistakes }

  init(of path: DifferentiationPath, _ nodes: [Node]) {
    original = path
    self.nodes = nodes
    sources = Set(path.sources.map(\.id.node))
    scratch = GraphBuilder(path.builder.name)
    scratch.mergesEqualNodes = true
    scratch.rewrites = StandardRewrites.stableForms
    // Numbers among the unnamed nodes would have to be counted anew for each.
    scratch.labelNodes { nodes[$0].name }
    written = Array(repeating: nil, count: nodes.count)
    rebuilt = written
  }

  /// The nodes that the targets depend on, in order.
  func ancestors() -> [Int] {
    var isAncestor = Array(repeating: false, count: nodes.count)
    for target in original.targets { isAncestor[target.id.node] = true }
    for index in nodes.indices.reversed() where isAncestor[index] {
      for operand in nodes[index].operands { isAncestor[operand.node] = true }
    }
    return nodes.indices.filter { isAncestor[$0] }
  }

  /// Enters a node behind those that it reads, in its stable form where it may have one.
  mutating func enter(_ index: Int, mayChange: Bool) {
    scratch.currentNode = index
    var node = nodes[index]
    node.name = nil
    guard node.operation != nil else {
      let leaf = addInput(for: index)
      written[index] = leaf
      rebuilt[index] = leaf
      return
    }
    node.operands = Self.renumbered(nodes[index].operands, by: written)
    let asWritten = ValueID(node: scratch.insert(node))
    let operands = Self.renumbered(nodes[index].operands, by: rebuilt)
    var stable = asWritten
    if mayChange {
      node.operands = operands
      stable = Self.first(of: scratch.transfer(node)) ?? ValueID(node: scratch.insert(node))
    } else if operands != node.operands {
      node.operands = operands
      stable = ValueID(node: scratch.insert(node))
    }
    guard sources.contains(index) else {
      if origins[asWritten.node] == nil { origins[asWritten.node] = index }
      written[index] = asWritten
      rebuilt[index] = stable
      return
    }
    let source = addInput(for: index)
    written[index] = source
    rebuilt[index] = source
    if stable != asWritten {
      let input = scratch.insert(Self.input(like: node))
      definitions[input] = stable
      rebuilt[index] = ValueID(node: input)
    }
  }

  /// The first result, whose node has the others; nil where they are of several nodes, which no stable form makes.
  private static func first(of transferred: GraphBuilder.Transferred) -> ValueID? {
    switch transferred {
    case .node(let node): ValueID(node: node)
    case .values(let values): values.count == 1 ? values[0].id : nil
    }
  }

  /// A scratch input that stands for a node of the path's graph.
  private mutating func addInput(for index: Int) -> ValueID {
    let input = scratch.insert(Self.input(like: nodes[index]))
    origins[input] = index
    return ValueID(node: input)
  }

  private static func input(like node: Node) -> Node {
    Node(kind: .input, operands: [], resultTypes: node.resultTypes, name: nil)
  }

  private static func renumbered(_ operands: OperandList, by numbers: [ValueID?]) -> OperandList {
    var operands = operands
    operands.replaceEach { $0.renumbered(by: numbers) }
    return operands
  }

  /// The path with what was rebuilt appended to its graph.
  func path() -> DifferentiationPath {
    let targets = original.targets.map { $0.id.renumbered(by: rebuilt) }
    guard targets != original.targets.map({ $0.id.renumbered(by: written) }) else {
      return original
    }
    var places: [Int: [Value]] = [:]
    for index in needed(for: targets) { places[index] = place(index, among: places) }
    func value(for original: Value) -> Value {
      // A source that no target depends on has no scratch node.
      guard let first = rebuilt[original.id.node] else { return original }
      return places[first.node]?[first.result + original.id.result] ?? original
    }
    return DifferentiationPath(
      from: original.sources.map(value), to: original.targets.map(value), in: original.builder,
      original.arithmetic)
  }

  /// The scratch nodes that the values depend on, in order, down to those that the path's graph has.
  private func needed(for targets: [ValueID]) -> [Int] {
    let count = scratch.nodes.count
    var isNeeded = Array(repeating: false, count: count)
    for target in targets { isNeeded[target.node] = true }
    for index in (0..<count).reversed() where isNeeded[index] && origins[index] == nil {
      if let definition = definitions[index] { isNeeded[definition.node] = true }
      for operand in scratch.node(index).operands { isNeeded[operand.node] = true }
    }
    return (0..<count).filter { isNeeded[$0] }
  }

  /// The values in the path's graph that the results of a scratch node are.
  private func place(_ index: Int, among places: [Int: [Value]]) -> [Value] {
    let builder = original.builder
    var node = scratch.node(index)
    func place(_ operand: ValueID) -> Value? { places[operand.node]?[operand.result] }
    if let origin = origins[index] {
      return node.resultTypes.indices.map { builder.value(ValueID(node: origin, result: $0)) }
    }
    if let definition = definitions[index] {
      // A node of its own, even where the stable form is another source: adjoints of the two differ.
      guard let value = place(definition) else { return [] }
      return [builder.apply(Reshape(shape: value.shape), [value])]
    }
    node.operands = OperandList(node.operands.compactMap { place($0)?.id })
    let number = builder.insert(node)
    return node.resultTypes.indices.map { builder.value(ValueID(node: number, result: $0)) }
  }
}

extension ValueID {
  /// The value that stands for this one, where nodes are numbered anew.
  fileprivate func renumbered(by numbers: [ValueID?]) -> ValueID {
    guard let first = numbers[node] else { return self }
    return ValueID(node: first.node, result: first.result + result)
  }
}
