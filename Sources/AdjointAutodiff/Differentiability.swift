import AdjointCore
import AdjointGraph

extension Graph {
  /// How each output, or those named, depends on each input and parameter, or those named.
  ///
  /// It takes time in proportion to the nodes for every 64 outputs and every 64 sources, and to the
  /// pairs that it lists.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have, `.memoryLimit` for more pairs than
  ///   `DifferentiabilityReport.maximumPairCount`.
  public func differentiability(
    of outputs: [String]? = nil, withRespectTo sources: [String]? = nil
  ) throws(Diagnostic) -> DifferentiabilityReport {
    try differentiability(
      of: outputs, withRespectTo: sources,
      listing: DifferentiabilityReport.maximumObstacleCount)
  }

  /// As the public function, but that more or fewer nodes are listed of each pair.
  package func differentiability(
    of outputs: [String]?, withRespectTo sources: [String]?, listing limit: Int
  ) throws(Diagnostic) -> DifferentiabilityReport {
    let outputs = outputs ?? outputList.map(\.name)
    let sources = sources ?? sourceNames
    let (count, overflow) = outputs.count.multipliedReportingOverflow(by: sources.count)
    guard !overflow, count <= DifferentiabilityReport.maximumPairCount else {
      throw Diagnostic(
        .memoryLimit,
        "\(outputs.count) outputs with \(sources.count) inputs and parameters are more than "
          + "\(DifferentiabilityReport.maximumPairCount) pairs; ask for fewer at a time")
    }
    var targets: [ValueID] = []
    for name in outputs { targets.append(try value(named: name)) }
    let origins = try values(ofSources: sources)
    return DifferentiabilityReport(
      pairs: DependenceListing(self, (outputs, targets), (sources, origins), limit).pairs())
  }

  /// How many outputs depend differentiably on how many inputs and parameters.
  ///
  /// It takes time in proportion to the nodes for every 64 inputs and parameters.
  public func differentiabilityCounts() -> DifferentiabilityCounts {
    let origins = sourceNames.compactMap { source(named: $0).map { ValueID(node: $0) } }
    let targets = outputList.map(\.value).filter { type(of: $0).scalarType.isDifferentiable }
    let sweep = DependenceSweep(self)
    var differentiable = 0
    for first in stride(from: 0, to: origins.count, by: DependenceSweep.width) {
      let end = min(first + DependenceSweep.width, origins.count)
      let forward = sweep.forward(from: origins[first..<end])
      for target in targets { differentiable += forward.varied(target).nonzeroBitCount }
    }
    return DifferentiabilityCounts(
      pairs: outputList.count * origins.count, differentiable: differentiable)
  }

  /// The inputs and parameters, or those of the named ones, on which a value depends differentiably, in
  /// their order: one sweep over the nodes for all of them.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have.
  package func differentiableSources(
    of output: String, among sources: [String]? = nil
  ) throws(Diagnostic) -> [String] {
    let target = try value(named: output)
    let names = sources ?? sourceNames
    let origins = try values(ofSources: names)
    guard type(of: target).scalarType.isDifferentiable else { return [] }
    let activity = Activity(of: [target], withRespectTo: origins, in: nodes)
    return zip(names, origins).filter { activity.isActive($1) }.map(\.0)
  }

  /// Why a value has no derivative whatever it depends on, with its place; nil where it may have one.
  package func typeObstacle(_ name: String, _ value: ValueID) -> String? {
    let type = type(of: value)
    guard !type.scalarType.isDifferentiable else { return nil }
    let place = nodes[value.node].location.map { " at \($0)" } ?? ""
    return "\(name) is \(type), which carries no derivative\(place)"
  }

  /// The names of all inputs and then of all parameters.
  private var sourceNames: [String] { (inputs + parameters).map(\.name) }

  private func values(ofSources names: [String]) throws(Diagnostic) -> [ValueID] {
    var values: [ValueID] = []
    values.reserveCapacity(names.count)
    for name in names { values.append(try value(ofSource: name)) }
    return values
  }
}

/// The pairs of a report, worked out for 64 outputs and 64 sources at a time.
private struct DependenceListing {
  typealias Names = (names: [String], values: [ValueID])

  private let graph: Graph
  private let outputs: Names
  private let sources: Names
  private let sweep: DependenceSweep
  /// The most nodes that are listed of a pair.
  private let limit: Int
  /// For each pair, output by output: how it depends, and the blockers that are in the way.
  private var dependences: [DifferentiabilityReport.Pair.Dependence]
  private var blockers: [[Int]]
  /// The blockers in words, each once.
  private var obstacles: [Int: String] = [:]

  init(_ graph: Graph, _ outputs: Names, _ sources: Names, _ limit: Int) {
    self.graph = graph
    self.limit = limit
    self.outputs = outputs
    self.sources = sources
    sweep = DependenceSweep(graph)
    let count = outputs.names.count * sources.names.count
    dependences = Array(repeating: .none, count: count)
    blockers = Array(repeating: [], count: count)
  }

  consuming func pairs() -> [DifferentiabilityReport.Pair] {
    let width = DependenceSweep.width
    for firstSource in stride(from: 0, to: sources.names.count, by: width) {
      let someSources = firstSource..<min(firstSource + width, sources.names.count)
      let forward = sweep.forward(from: sources.values[someSources])
      for (place, target) in outputs.values.enumerated() {
        note(target, place, forward, someSources)
      }
      for firstOutput in stride(from: 0, to: outputs.names.count, by: width) {
        let someOutputs = firstOutput..<min(firstOutput + width, outputs.names.count)
        list(forward, someSources, someOutputs)
      }
    }
    return inWords()
  }

  private mutating func note(
    _ target: ValueID, _ place: Int, _ forward: DependenceSweep.Forward, _ sources: Range<Int>
  ) {
    let first = place * self.sources.names.count + sources.lowerBound
    for bit in forward.reached(target).bits { dependences[first + bit] = .blocked }
    guard graph.type(of: target).scalarType.isDifferentiable else { return }
    for bit in forward.varied(target).bits { dependences[first + bit] = .differentiable }
  }

  /// Adds the blockers between some outputs and some sources, in the order of the nodes.
  private mutating func list(
    _ forward: DependenceSweep.Forward, _ sources: Range<Int>, _ outputs: Range<Int>
  ) {
    let wanted = sweep.backward(from: self.outputs.values[outputs])
    // For each output, the sources whose pair has as many blockers as are listed.
    var full = Array(repeating: UInt64(0), count: outputs.count)
    for (node, ended) in zip(sweep.blockers, forward.ended) where ended != 0 {
      for output in wanted[node].bits {
        for source in (ended & ~full[output]).bits {
          let pair =
            (outputs.lowerBound + output) * self.sources.names.count + sources.lowerBound + source
          blockers[pair].append(node)
          if blockers[pair].count > limit {
            full[output] |= 1 << UInt64(source)
          }
        }
      }
    }
  }

  private mutating func inWords() -> [DifferentiabilityReport.Pair] {
    var pairs: [DifferentiabilityReport.Pair] = []
    pairs.reserveCapacity(dependences.count)
    let sourceTypes = zip(sources.names, sources.values).map { graph.typeObstacle($0, $1) }
    for (place, output) in outputs.names.enumerated() {
      let outputType = graph.typeObstacle(output, outputs.values[place])
      for (number, source) in sources.names.enumerated() {
        let pair = place * sources.names.count + number
        var words = [outputType, sourceTypes[number]].compactMap(\.self)
        let listed = blockers[pair].prefix(limit)
        for node in listed { words.append(obstacle(node)) }
        if listed.count < blockers[pair].count { words.append("and others") }
        pairs.append(
          DifferentiabilityReport.Pair(
            output: output, source: source, dependence: dependences[pair], obstacles: words))
      }
    }
    return pairs
  }

  private mutating func obstacle(_ index: Int) -> String {
    if let known = obstacles[index] { return known }
    let node = graph.nodes[index]
    let place = node.location.map { " at \($0)" } ?? ""
    let reason =
      switch node.operation?.derivative {
      case .stopped: "stops derivatives on purpose"
      case .zero, nil: "has no derivative"
      default: "passes none on from there"
      }
    let words = "%\(graph.label(of: index)) (\(node.mnemonic)) \(reason)\(place)"
    obstacles[index] = words
    return words
  }
}
