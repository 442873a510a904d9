import AdjointAutodiff
import AdjointCore
import AdjointGraph

/// The derivatives of a graph compared with central differences in double precision.
///
/// The graph is widened to `f64`. For every input and parameter the derivative that reverse mode
/// writes is compared, at elements chosen by a seed, with `(f(x + h) − f(x − h)) / 2h`. Where the
/// output y is not a scalar, f is Σ c·y for random numbers c.
///
/// The derivative is that of the graph after the standard passes, and f is the graph as it is written, so
/// that the passes are checked as well. Where f so computed is not finite, or disagrees because rounding
/// has taken its digits, as it does in log(1 − σ(x)) from x = 20 on, it is the graph after the passes.
///
/// A derivative is judged relative to itself or to the size of f. One that is small beside that counts as wrong where
/// differences over several steps agree with each other and not with it.
public struct GradientCheck: Hashable, Sendable {
  /// What was found for one input or parameter.
  public struct Row: Hashable, Sendable {
    /// The name of the input or parameter.
    public let source: String
    /// The number of its elements.
    public let elementCount: Int
    /// How many of them were compared.
    public let checkedCount: Int
    /// The largest difference between a derivative and its central difference.
    public let maximumAbsoluteError: Double
    /// The largest of those differences relative to the larger of the two numbers.
    public let maximumRelativeError: Double
    /// How many of the compared elements are wrong by more than the tolerance.
    public let missCount: Int
    /// How many elements were left out because the function has a kink there: the slopes to the left
    /// and to the right differ, and the derivative is between them.
    public let kinkCount: Int
    /// The element with the largest relative error.
    public let worst: Comparison?
  }

  /// The two numbers that were compared at one element.
  public struct Comparison: Hashable, Sendable {
    /// The place of the element in row-major order.
    public let place: Int
    /// The derivative that the graph gives.
    public let derivative: Double
    /// The central difference.
    public let difference: Double
  }

  /// The output that was differentiated.
  public let output: String
  /// One row for each input and parameter, in the order of the graph.
  public let rows: [Row]
  /// The dimensions and inputs that nobody gave, with what was put in their place.
  public let assumptions: [String]

  /// Whether every derivative that was compared agrees.
  public var passes: Bool { rows.allSatisfy { $0.missCount == 0 } }

  /// The relative error from which on a derivative counts as wrong.
  public static let tolerance = 1e-6
  /// The most elements of an input or parameter that are compared.
  public static let sampleCount = 64

  /// Compares the derivatives of an output, or of `loss` or the only floating-point output.
  ///
  /// Without names, it is checked with respect to every input and parameter that the output depends
  /// on differentiably. Inputs that are not given get seeded random numbers, whole ones 0 or 1;
  /// dimensions that are not given and do not follow from inputs become 3; parameters have their
  /// initial values.
  ///
  /// - Throws: `.unknownName`, `.notDifferentiable`, `.shapeMismatch`, and what compiling throws.
  public init(
    of graph: Graph, output: String? = nil, withRespectTo names: [String]? = nil,
    given: [String: Tensor] = [:], dimensions: [String: Int] = [:], seed: UInt64 = 0,
    on engine: Engine = .shared
  ) throws(Diagnostic) {
    let output = try graph.differentiableOutput(named: output)
    self.output = output
    let part = try graph.widened().keeping(outputs: [output])
    let sources: [String]
    if let names {
      sources = names
    } else {
      sources = try part.differentiableSources(of: output)
    }
    // Values for inputs that only other outputs depend on are allowed, and of no use here.
    try graph.checkNames(of: given)
    let needed = Set((part.inputs + part.parameters).map(\.name))
    let setting = try GradientCheckSetting(
      part, given: given.filter { needed.contains($0.key) },
      dimensions: dimensions.filter { part.dimensionNames.contains($0.key) }, seed: seed)
    assumptions = setting.assumptions
    let runner = try GradientCheckRunner(setting, output: output, sources: sources, on: engine)
    var rows: [Row] = []
    for source in sources { rows.append(try runner.row(for: source)) }
    self.rows = rows
  }
}
