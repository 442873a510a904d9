import AdjointCore
import AdjointGraph

/// What can be differentiated in a graph, and what stands in the way.
public struct DifferentiabilityReport: Hashable, Sendable {
  /// One output and one input or parameter.
  public struct Pair: Hashable, Sendable {
    /// How the output depends on the source.
    public enum Dependence: String, Hashable, Sendable {
      /// A differentiable path leads from the source to the output.
      case differentiable
      /// Every path passes a node that passes no derivative on, or one of the two is not floating
      /// point.
      case blocked
      /// No path leads from the source to the output.
      case none
    }

    /// The name of the output.
    public let output: String
    /// The name of the input or parameter.
    public let source: String
    /// How the output depends on the source.
    public let dependence: Dependence
    /// What is in the way: nodes without a derivative, nodes that stop derivatives on purpose, values
    /// that are not floating point.
    public let obstacles: [String]
  }

  /// Every output with every input and parameter.
  public let pairs: [Pair]
}

extension Graph {
  /// How each output, or those named, depends on each input and parameter, or those named.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have.
  public func differentiability(
    of outputs: [String]? = nil, withRespectTo sources: [String]? = nil
  ) throws(Diagnostic) -> DifferentiabilityReport {
    var pairs: [DifferentiabilityReport.Pair] = []
    for output in outputs ?? self.outputs.map(\.name) {
      let target = try value(named: output)
      for source in sources ?? (inputs + parameters).map(\.name) {
        pairs.append(try dependence(of: target, output, on: value(ofSource: source), source))
      }
    }
    return DifferentiabilityReport(pairs: pairs)
  }

  private func dependence(
    of target: ValueID, _ output: String, on source: ValueID, _ name: String
  ) -> DifferentiabilityReport.Pair {
    var obstacles: [String] = []
    for (value, name) in [(target, output), (source, name)] {
      let type = type(of: value)
      if !type.scalarType.isDifferentiable {
        obstacles.append("\(name) is \(type), which carries no derivative")
      }
    }
    let activity = Activity(of: [target], withRespectTo: [source], in: nodes)
    for node in activity.blocking {
      let place = nodes[node].location.map { " at \($0)" } ?? ""
      let reason =
        if case .stopped? = nodes[node].operation?.derivative {
          "stops derivatives on purpose"
        } else { "has no derivative" }
      obstacles.append("%\(label(of: node)) (\(nodes[node].mnemonic)) \(reason)\(place)")
    }
    let dependence: DifferentiabilityReport.Pair.Dependence =
      activity.active[target.node] && type(of: target).scalarType.isDifferentiable
      ? .differentiable : depends(target, on: source) ? .blocked : .none
    return DifferentiabilityReport.Pair(
      output: output, source: name, dependence: dependence, obstacles: obstacles)
  }

  /// Whether any path leads from the source to the target.
  private func depends(_ target: ValueID, on source: ValueID) -> Bool {
    var reached = Array(repeating: false, count: nodes.count)
    reached[source.node] = true
    for (index, node) in nodes.enumerated() where !reached[index] {
      reached[index] = node.operands.contains { reached[$0.node] }
    }
    return reached[target.node]
  }
}
