import Adjoint
import AdjointCore
import AdjointExplore
import AdjointGraph
import AdjointKernels
import Foundation
import TestSupport
import Testing

/// What the page is made of, for a graph that can be followed by hand.
@Suite("Data of a page") struct ExplorationDataTests {
  /// y = tanh(x·w + b), its loss, and a part that is written twice.
  static let text = """
    adjoint 1
    graph layer {
      input %x: f32[B, 40]
      parameter %w: f32[40, 30] = glorot
      parameter %b: f32[30] = zeros
      %p = dot_general(%x, %w) {contract_left = [1], contract_right = [0]} : f32[B, 30]
      %r = broadcast(%b) {shape = [B, 30], axes = [1]} : f32[B, 30]
      %s = add(%p, %r) : f32[B, 30]
      %y = tanh(%s) : f32[B, 30]
      %again = tanh(%s) : f32[B, 30]
      %both = multiply(%y, %again) : f32[B, 30]
      %loss = reduce_sum(%both) {axes = [0, 1]} : f32[]
      output loss = %loss
    }
    """

  static let options = CompilationOptions(dimensions: ["B": 32])

  private static func graph() throws -> Graph { try Graph(text: text, file: "layer.graph") }

  /// The data with lookups by name.
  private struct Sample {
    let data: ExplorationData

    init(_ graph: Graph) throws { data = try Exploration(of: graph, options).data }

    func source(_ name: String) throws -> Int {
      try #require(data.source.names.firstIndex { data.strings[$0] == name })
    }
    func compiled(_ name: String) throws -> Int {
      try #require(data.compiled.names.firstIndex { data.strings[$0] == name })
    }
    func text(_ number: Int?) -> String? { number.map { data.strings[$0] } }
  }

  @Test("has the nodes as they are written, with types, places and operands")
  func nodes() throws {
    let sample = try Sample(Self.graph())
    let table = sample.data.source
    #expect(sample.data.title == "layer" && sample.data.dimensions == ["B = 32"])
    let names = table.names.map { sample.data.strings[$0] }
    #expect(names == ["x", "w", "b", "p", "r", "s", "y", "again", "both", "loss"])
    let p = try sample.source("p")
    #expect(sample.text(table.operators[p]) == "dot_general")
    let types = table.types[p].map { sample.data.strings[$0] }
    #expect(types == ["f32[32, 30]"])
    #expect(
      sample.text(table.tails[p]) == " {contract_left = [1], contract_right = [0]} : f32[32, 30]")
    #expect(table.operands[p] == [[0, 0], [1, 0]])
    #expect(sample.text(table.files[p]) == "layer.graph" && table.lines[p] == 6)
    #expect(table.roles[p] == .forward && table.roles[0] == .input && table.roles[1] == .parameter)
    #expect(sample.text(table.tails[1]) == ": f32[40, 30] = glorot")
    #expect(table.origins.allSatisfy { $0 == nil } && table.reasons.allSatisfy { $0 == nil })
  }

  @Test("leads from a node to what it became, its step and its buffer, and back")
  func links() throws {
    let sample = try Sample(Self.graph())
    let (source, compiled) = (sample.data.source, sample.data.compiled)
    let p = try sample.source("p")
    #expect(source.counterparts[p] == [try sample.compiled("p")])
    for (node, others) in source.counterparts.enumerated() {
      for other in others { #expect(compiled.counterparts[other].contains(node)) }
    }
    // Of two equal nodes one is left.
    let (y, again) = (try sample.source("y"), try sample.source("again"))
    #expect(source.counterparts[y].isEmpty != source.counterparts[again].isEmpty)
    // The product computes bias and tanh, and what of them is read; only that has bytes.
    let product = try sample.compiled("p")
    #expect(compiled.steps[product] == [0] && compiled.lowerings[product] == .computed)
    #expect(sample.data.steps.nodes[0].contains(product))
    for (step, nodes) in sample.data.steps.nodes.enumerated() {
      for node in nodes { #expect(compiled.steps[node].contains(step)) }
    }
    for (node, buffers) in compiled.buffers.enumerated() {
      for buffer in buffers { #expect(sample.data.buffers.nodes[buffer] == node) }
    }
    let x = try sample.compiled("x")
    #expect(compiled.lowerings[x] == .port && compiled.steps[x].isEmpty)
    let input = try #require(compiled.buffers[x].first)
    #expect(sample.data.buffers.roles[input] == .input)
    #expect(sample.data.steps.operands[0].contains(input))
    let loss = try sample.compiled("loss")
    let result = try #require(compiled.buffers[loss].first)
    let last = try #require(compiled.steps[loss].last)
    #expect(sample.data.steps.results[last].contains(result))
    #expect(sample.data.buffers.byteCounts[result] == 4)
    let output = try #require(sample.data.ports.first { $0.kind == .output })
    #expect(sample.text(output.name) == "loss" && output.compiled == loss)
    #expect(output.source == (try sample.source("loss")) && output.buffer == result)
  }

  @Test("leads from a value to its derivative, and says why it is there")
  func derivatives() throws {
    let graph = try Self.graph().differentiated("loss", withRespectTo: ["w", "b"])
    let sample = try Sample(graph)
    let table = sample.data.source
    let w = try sample.source("w")
    let output = try #require(
      sample.data.ports.first { sample.text($0.name) == "gradient.w" })
    let gradient = try #require(output.source)
    #expect(table.roles[gradient] == .adjoint && table.subjects[gradient] == w)
    #expect(table.origins[gradient] == (try sample.source("p")))
    let reason = try #require(sample.text(table.reasons[gradient]))
    #expect(
      reason.hasPrefix("how the output changes with operand 1 of %p, by the rule of dot_general"))
    #expect(table.lines[gradient] == 6)
    // The contraction that computes it, and its bytes at the end of a run.
    let node = try #require(output.compiled)
    #expect(table.counterparts[gradient].contains(node))
    let step = try #require(sample.data.compiled.steps[node].first)
    let kernel = sample.data.kernels[sample.data.steps.kernels[step]]
    #expect(sample.text(kernel.first)?.hasPrefix("contraction f32 [40, 32]ᵀ · [32, 30]") == true)
    let buffer = try #require(output.buffer)
    #expect(sample.data.compiled.buffers[node] == [buffer])
    #expect(sample.data.buffers.byteCounts[buffer] == 40 * 30 * 4)
    #expect(sample.data.buffers.firsts[buffer] == step)
    #expect(sample.data.buffers.lasts[buffer] == sample.data.steps.count)
  }

  @Test("names the pass that made a node")
  func passes() throws {
    let graph = try Graph(
      text: """
        adjoint 1
        graph square {
          input %x: f32[8]
          %two = constant() {value = 2.0, type = f32[]} : f32[]
          %twos = broadcast(%two) {shape = [8], axes = []} : f32[8]
          %q = power(%x, %twos) : f32[8]
          output q = %q
        }
        """, file: "square.graph")
    let data = try Exploration(of: graph).data
    let product = try #require(
      data.compiled.operators.firstIndex { data.strings[$0] == "multiply" })
    #expect(data.compiled.passes[product].map { data.strings[$0] } == "identities")
    #expect(data.compiled.counterparts[product] == [3])
    #expect(data.source.counterparts[3] == [product])
    #expect(data.source.counterparts[1].isEmpty && data.source.counterparts[2].isEmpty)
    #expect(data.source.passes.allSatisfy { $0 == nil })
  }

  @Test("has the lines of the fusion and row reports, with their nodes and steps")
  func notes() throws {
    let graph = try Self.graph().differentiated("loss", withRespectTo: ["w", "b"])
    let data = try Exploration(of: graph, Self.options).data
    let fusions = try graph.fusionReport(Self.options)
    let rows = try graph.rowReport(Self.options)
    #expect(
      data.notes.contains { $0.kind == .fused } && data.notes.contains { $0.kind == .rejected })
    for note in data.notes {
      #expect(!note.nodes.isEmpty)
      let text = data.strings[note.text]
      switch note.kind {
      case .fused, .rejected: #expect(fusions.contains(text))
      case .rows: #expect(rows.contains(text.split(separator: " ")[0] + " nests"))
      case .apart: #expect(rows.contains(text.split(separator: ": ").last ?? "-"))
      }
      if note.kind == .fused, let step = note.step {
        #expect(note.nodes.allSatisfy { data.steps.nodes[step].contains($0) })
      }
    }
  }

  @Test("keeps every number in range and every buffer in the arena", arguments: 0..<12)
  func ranges(seed: Int) throws {
    let graph = try RandomGraph.make(nodeCount: 40, seed: UInt64(seed))
    let data = try Exploration(of: graph).data
    data.expectConsistent()
  }

  @Test("goes with a profile of the same plan, and with no other")
  func profile() throws {
    let limits = MachineLimits(
      operationsPerSecond: 1e11, bytesPerSecond: 1e10, threads: 1, scalarType: .f32,
      matrixExtent: 64, arrayByteCount: 1024)
    let graph = try Self.graph()
    let profile = try graph.profiled(Self.options, repeats: 2, limits: limits)
    let data = try Exploration(of: graph, Self.options, profile: profile).data
    #expect(data.profile?.seconds == profile.steps.map(\.seconds))
    #expect(data.profile?.operationsPerSecond == 1e11)
    #expect(data.profile?.summary.hasPrefix("median of 2 runs") == true)
    let other = try graph.differentiated("loss", withRespectTo: ["w"])
    let error = #expect(throws: Diagnostic.self) {
      try Exploration(of: other, Self.options, profile: profile)
    }
    #expect(error?.code == .invalidArgument)
    #expect(throws: Diagnostic.self) { try Exploration(of: graph) }
  }
}

extension ExplorationData {
  /// Checks that columns are of one length, numbers name something, and buffers lie in the arena.
  func expectConsistent() {
    let end = buffers.types.endIndex
    source.expectConsistent(strings: strings.count, steps: steps.count, buffers: end)
    compiled.expectConsistent(strings: strings.count, steps: steps.count, buffers: end)
    expectRange(source.counterparts, below: compiled.count)
    expectRange(compiled.counterparts, below: source.count)
    expectRange([steps.kernels], below: kernels.count)
    expectRange(kernels, below: strings.count)
    expectRange(steps.nodes, below: compiled.count)
    expectRange(steps.operands, below: end)
    expectRange(steps.results, below: end)
    expectRange([buffers.nodes.compactMap { $0 }], below: compiled.count)
    expectRange([buffers.others.compactMap { $0 }], below: end)
    for buffer in buffers.types.indices {
      let end = buffers.offsets[buffer] + buffers.byteCounts[buffer]
      #expect(end <= arenaByteCount)
      let (first, last) = (buffers.firsts[buffer], buffers.lasts[buffer])
      #expect(first >= 0 && first <= last && last <= steps.count)
    }
    expectRange([notes.map(\.text)], below: strings.count)
    expectRange(notes.map(\.nodes), below: compiled.count)
    expectRange([notes.compactMap(\.step)], below: steps.count)
    expectRange([ports.map(\.name)], below: strings.count)
    expectRange([ports.compactMap(\.source)], below: source.count)
    expectRange([ports.compactMap(\.compiled)], below: compiled.count)
    expectRange([ports.compactMap(\.buffer)], below: end)
  }
}

/// Checks that all numbers are from 0 to below an end.
private func expectRange<Item: Comparable & ExpressibleByIntegerLiteral>(
  _ numbers: [[Item]], below end: Item
) {
  for list in numbers {
    for number in list where number < 0 || number >= end {
      Issue.record("\(number) is not below \(end)")
    }
  }
}

extension ExplorationData.NodeTable {
  fileprivate func expectConsistent(
    strings: Int, steps stepCount: Int, buffers endOfBuffers: BufferNumber
  ) {
    var lengths = [operators.count, types.count, tails.count, operands.count]
    lengths += [files.count, lines.count, roles.count, origins.count, subjects.count]
    lengths += [reasons.count, counterparts.count, passes.count]
    lengths += [steps.count, buffers.count, lowerings.count]
    #expect(Set(lengths) == [count])
    expectRange([names, operators, tails], below: strings)
    expectRange(types, below: strings)
    expectRange([files.compactMap { $0 }, reasons.compactMap { $0 }], below: strings)
    expectRange([passes.compactMap { $0 }], below: strings)
    for (node, operands) in operands.enumerated() {
      expectRange([operands.map { $0[0] }], below: node)
      #expect(Set(operands.map(\.count)).isSubset(of: [2]))
    }
    expectRange([origins.compactMap { $0 }, subjects.compactMap { $0 }], below: count)
    expectRange(steps, below: stepCount)
    expectRange(buffers, below: endOfBuffers)
  }
}
