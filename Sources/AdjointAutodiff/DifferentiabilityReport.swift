import AdjointCore

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
    ///
    /// Of the nodes, the first `maximumObstacleCount` are listed.
    public let obstacles: [String]
  }

  /// The most pairs that a report lists.
  public static let maximumPairCount = 1 << 18
  /// The most nodes that are listed for one pair.
  public static let maximumObstacleCount = 50

  /// Every output with every input and parameter.
  public let pairs: [Pair]
}

/// How many outputs depend on how many inputs and parameters, counted without listing them.
public struct DifferentiabilityCounts: Hashable, Sendable {
  /// Outputs times inputs and parameters.
  public let pairs: Int
  /// The pairs with a differentiable path.
  public let differentiable: Int
}
