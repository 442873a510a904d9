import Adjoint
import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointPasses

/// Puts together what a page shows of a graph.
struct ExplorationBuilder {
  private var data = ExplorationData()
  private var strings = StringTable()
  private let source: Graph
  private let lowered: LoweredGraph
  /// By what a node computes, the pass that made it.
  private let passes: [ObjectIdentifier: String]

  /// Compiles a graph and collects what became of it.
  ///
  /// - Throws: as `Graph.compiled(_:on:)`.
  static func data(
    of graph: Graph, _ options: CompilationOptions, _ profile: Profile?
  ) throws(Diagnostic) -> ExplorationData {
    var builder = try ExplorationBuilder(options.binding(graph), options)
    try builder.build(options, profile)
    return builder.data
  }

  private init(_ bound: Graph, _ options: CompilationOptions) throws(Diagnostic) {
    source = bound
    var passes: [ObjectIdentifier: String] = [:]
    let given = Set(bound.nodes.map(\.identity))
    // Identities are those of nodes that are there, so each graph stays until all are told apart.
    var graphs: [Graph] = []
    lowered = try LoweredGraph(bound, options) { pass, graph in
      graphs.append(graph)
      for node in graph.nodes where !given.contains(node.identity) && passes[node.identity] == nil {
        passes[node.identity] = pass.name
      }
    }
    self.passes = passes
  }

  private mutating func build(
    _ options: CompilationOptions, _ profile: Profile?
  ) throws(Diagnostic) {
    let plan = lowered.plan.plan
    data.title = source.name
    data.dimensions = options.dimensions.sorted { $0.key < $1.key }.map {
      "\($0.key) = \($0.value)"
    }
    data.arenaByteCount = plan.arenaByteCount
    data.lowerBoundByteCount = plan.lowerBoundByteCount
    let links = NodeLinks(source, lowered.optimized)
    data.source = table(of: source, links.forward)
    data.compiled = table(of: lowered.optimized, links.backward)
    data.kernels = plan.kernels.map { KernelPrinter.lines($0).map { strings($0) } }
    addSteps(plan)
    addBuffers(plan)
    try addLowerings()
    addPorts(plan)
    addNotes()
    if let profile { data.profile = try table(of: profile, plan) }
    data.strings = strings.strings
  }

  // MARK: Nodes

  private mutating func table(of graph: Graph, _ links: [[Int]]) -> ExplorationData.NodeTable {
    var table = ExplorationData.NodeTable()
    let printer = GraphPrinter(graph)
    var numbers: [String: Int] = [:]
    for index in graph.nodes.indices { numbers[graph.label(of: index)] = index }
    for (index, node) in graph.nodes.enumerated() {
      table.names.append(strings(graph.label(of: index)))
      table.operators.append(strings(node.mnemonic))
      table.types.append(node.resultTypes.map { strings($0.description) })
      table.tails.append(strings(Self.tail(of: node, in: printer.line(of: index))))
      table.operands.append(node.operands.map { [$0.node, $0.result] })
      table.files.append(node.location.map { strings($0.file) })
      table.lines.append(node.location.flatMap { $0.line > 0 ? $0.line : nil })
      table.roles.append(ExplorationData.Role(of: node))
      let origin = node.provenance.flatMap { numbers[$0.node] }
      table.origins.append(origin)
      table.subjects.append(origin.flatMap { Self.subject(of: node, writtenFor: $0, in: graph) })
      table.reasons.append(node.provenance.map { strings(Self.reason($0)) })
      table.counterparts.append(links[index])
      table.passes.append(passes[node.identity].map { strings($0) })
    }
    table.steps = Array(repeating: [], count: table.count)
    table.buffers = Array(repeating: [], count: table.count)
    table.lowerings = Array(repeating: .unused, count: table.count)
    return table
  }

  /// The node whose derivative a node is: of an adjoint the operand of the node whose rule wrote it.
  private static func subject(
    of node: Node, writtenFor origin: Int, in graph: Graph
  ) -> Int? {
    guard let provenance = node.provenance else { return nil }
    guard provenance.role == .adjoint, let operand = provenance.operand else { return origin }
    let operands = graph.nodes[origin].operands
    return operand < operands.count && operand >= 0 ? operands[operand].node : origin
  }

  /// What follows the operands, or the name of an input, in the line of a node: all but why it is there.
  private static func tail(of node: Node, in line: String) -> String {
    var end = line.endIndex
    if let role = node.provenance?.role,
      let mark = line.range(of: " @\(role.rawValue)(node = ")
    {
      end = mark.lowerBound
    }
    let begin: String.Index? =
      node.operation == nil
      ? line.firstIndex(of: ":") : line.firstIndex(of: ")").map { line.index(after: $0) }
    guard let begin, begin < end else { return "" }
    return String(line[begin..<end])
  }

  /// Why a derivative node is there.
  private static func reason(_ provenance: Provenance) -> String {
    let node = "%\(provenance.node)"
    let operand = provenance.operand.map { "operand \($0) of " } ?? ""
    let rule = "by the rule of \(provenance.rule)"
    switch provenance.role {
    case .tangent: return "how \(node) changes, \(rule)"
    case .adjoint:
      let number = provenance.contribution.map { ", contribution \($0)" } ?? ""
      return "how the output changes with \(operand)\(node), \(rule)\(number)"
    case .accumulation: return "adds up what the children of \(node) contribute, \(rule)"
    case .update: return "the next value of \(node), \(rule)"
    }
  }

  /// What each node after the passes is lowered to.
  private mutating func addLowerings() throws(Diagnostic) {
    let graph = lowered.optimized
    let live = graph.liveNodes
    var known = LoweringTable()
    for (index, node) in graph.nodes.enumerated() {
      guard let operation = node.operation else {
        data.compiled.lowerings[index] = .port
        continue
      }
      guard live[index] else { continue }
      let types = node.operands.map { graph.type(of: $0) }
      data.compiled.lowerings[index] =
        switch try known.lowering(of: operation, on: types, to: node.resultTypes) {
        case .view: .view
        case .constant: .constant
        case .kernels: .computed
        case .graph: data.compiled.steps[index].isEmpty ? .view : .computed
        }
    }
  }

  // MARK: Plan

  private mutating func addSteps(_ plan: Plan) {
    let nodes = lowered.origins.steps
    for (number, step) in plan.steps.numbered {
      let work = plan.work(of: step)
      data.steps.kernels.append(step.kernel)
      data.steps.nodes.append(nodes[number])
      data.steps.operands.append(step.operands)
      data.steps.results.append(step.results)
      data.steps.operationCounts.append(work.operationCount)
      data.steps.byteCounts.append(work.byteCount)
      for node in nodes[number] { data.compiled.steps[node].append(number.rawValue) }
    }
    data.steps.forks = plan.forks.map { fork in
      fork.branches.map { [$0.lowerBound.rawValue, $0.upperBound.rawValue] }
    }
  }

  private mutating func addBuffers(_ plan: Plan) {
    let nodes = lowered.origins.buffers
    let lifetimes = plan.lifetimes
    for (number, buffer) in plan.buffers.numbered {
      data.buffers.types.append(strings(buffer.type.description))
      data.buffers.offsets.append(buffer.offset)
      data.buffers.byteCounts.append(buffer.byteCount)
      data.buffers.roles.append(ExplorationData.BufferRole(buffer.role))
      data.buffers.others.append(buffer.role.otherBuffer)
      data.buffers.nodes.append(nodes[number])
      switch buffer.role {
      // What a caller gives stays for later runs.
      case .input, .parameter, .constant:
        data.buffers.firsts.append(0)
        data.buffers.lasts.append(plan.steps.count)
      case .temporary, .view, .inPlace:
        let first = lifetimes[number].first ?? 0
        data.buffers.firsts.append(first.rawValue)
        data.buffers.lasts.append(max(first, lifetimes[number].last ?? first).rawValue)
      }
      if let node = nodes[number] { data.compiled.buffers[node].append(number) }
    }
    // What a view shows is there as long as the view.
    for (number, buffer) in plan.buffers.numbered {
      guard case .view(let other) = buffer.role else { continue }
      data.buffers.lasts[other] = max(data.buffers.lasts[other], data.buffers.lasts[number])
      data.buffers.firsts[number] = data.buffers.firsts[other]
      data.buffers.nodes[number] = data.buffers.nodes[other]
    }
  }

  private mutating func addPorts(_ plan: Plan) {
    var buffers: [String: BufferNumber] = [:]
    for port in plan.inputs + plan.parameters { buffers[port.name] = port.buffer }
    let given = Self.ports(of: source)
    for (name, index) in Self.ports(of: lowered.optimized).sorted(by: { $0.value < $1.value }) {
      let isInput = lowered.optimized.nodes[index].mnemonic == "input"
      data.ports.append(
        ExplorationData.Port(
          kind: isInput ? .input : .parameter, name: strings(name), source: given[name],
          compiled: index, buffer: buffers[name]))
      if let buffer = buffers[name] {
        data.buffers.nodes[buffer] = index
        data.compiled.buffers[index].append(buffer)
      }
    }
    let outputs = Dictionary(
      source.outputList.map { ($0.name, $0.value.node) }, uniquingKeysWith: { first, _ in first })
    for (output, port) in zip(lowered.optimized.outputList, plan.outputs) {
      data.ports.append(
        ExplorationData.Port(
          kind: .output, name: strings(output.name), source: outputs[output.name],
          compiled: output.value.node, buffer: port.buffer))
    }
  }

  /// The nodes of inputs and parameters by name.
  private static func ports(of graph: Graph) -> [String: Int] {
    var ports: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() where node.operation == nil {
      if let name = node.name { ports[name] = index }
    }
    return ports
  }

  // MARK: Reports

  private mutating func addNotes() {
    let graph = lowered.optimized
    for entry in lowered.fusions.entries {
      for fused in entry.fused {
        let text = FusionReportPrinter.text(fused, entry.contraction.scalarType, graph)
        note(.fused, fused.nodes.isEmpty ? entry.nodes : fused.nodes, entry.step, text)
      }
      for rejected in entry.rejected {
        note(
          .rejected, rejected.nodes, entry.step, FusionReportPrinter.text(rejected.reason, graph))
      }
    }
    for group in lowered.rows.groups {
      let rows = "\(group.rows) row\(group.rows == 1 ? "" : "s")"
      note(
        .rows, group.nodes, group.step,
        "\(group.nestCount) loop nests over \(rows): \(group.savedByteCount) bytes a run stay in the cache"
      )
    }
    for apart in lowered.rows.apart {
      let writers = apart.writers.suffix(3).map { "%" + graph.label(of: $0) }
      note(
        .apart, apart.nodes, nil,
        "apart from what writes \(writers.joined(separator: " ")): "
          + RowFusionReportPrinter.text(apart.reason))
    }
  }

  private mutating func note(
    _ kind: ExplorationData.Note.Kind, _ nodes: [Int], _ step: Int?, _ text: String
  ) {
    data.notes.append(
      ExplorationData.Note(kind: kind, nodes: nodes, step: step, text: strings(text)))
  }

  private func table(
    of profile: Profile, _ plan: Plan
  ) throws(Diagnostic) -> ExplorationData.ProfileTable {
    let isOfThisPlan =
      profile.steps.count == plan.steps.count
      && zip(profile.steps, plan.steps).allSatisfy { profiled, step in
        let work = plan.work(of: step)
        return profiled.kernelNumber == step.kernel && profiled.label == step.label
          && profiled.operationCount == work.operationCount
          && profiled.byteCount == work.byteCount
      }
    guard isOfThisPlan else {
      throw Diagnostic(
        .invalidArgument,
        "the profile of \(profile.graph) is not one of this plan of \(source.name); give one that was made "
          + "with the same graph and options")
    }
    return ExplorationData.ProfileTable(
      seconds: profile.steps.map(\.seconds), runSeconds: profile.seconds,
      threadCounts: profile.steps.map(\.threadCount),
      operationsPerSecond: profile.limits.operationsPerSecond,
      bytesPerSecond: profile.limits.bytesPerSecond,
      summary: "median of \(profile.repeats) runs, at most \(profile.threads) "
        + "thread\(profile.threads == 1 ? "" : "s")")
  }
}

extension ExplorationData.Role {
  init(of node: Node) {
    switch (node.kind, node.provenance?.role) {
    case (.input, _): self = .input
    case (.parameter, _): self = .parameter
    case (.operation, nil): self = .forward
    case (.operation, .tangent): self = .tangent
    case (.operation, .adjoint): self = .adjoint
    case (.operation, .accumulation): self = .accumulation
    case (.operation, .update): self = .update
    }
  }
}

extension ExplorationData.BufferRole {
  init(_ role: Plan.Buffer.Role) {
    self =
      switch role {
      case .temporary: .temporary
      case .input: .input
      case .parameter: .parameter
      case .constant: .constant
      case .view: .view
      case .inPlace: .inPlace
      }
  }
}
