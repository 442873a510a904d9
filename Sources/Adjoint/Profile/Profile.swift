import AdjointCore
import AdjointGraph
import AdjointRuntime

/// How long each step of a compiled graph takes, what it stands for, and how near it comes to what the machine can do.
///
/// Times are medians over runs that are watched; a step begins where the one before it on its thread ended. What no
/// step is in, such as waiting at the end of a fork, is in the time of the run alone. Runs that nobody watches pay
/// nothing: those that are watched are other code.
public struct Profile: Hashable, Sendable {
  /// A node that a step computes.
  public struct Node: Hashable, Sendable {
    /// The name that it has in print.
    public let name: String
    /// The mnemonic of its operator.
    public let mnemonic: String
    /// The type of its first result.
    public let type: TensorType
    /// Where the user wrote it, or what it was derived from; nil where that is not known.
    public let location: SourceLocation?
    /// What it stands for, where it is of a derivative or an update.
    public let provenance: Provenance?
  }

  /// One step of the plan.
  public struct Step: Hashable, Sendable {
    /// Its number, as in `Graph.planReport(_:)`.
    public let number: Int
    /// The number of its kernel there.
    public let kernelNumber: Int
    /// The first line of its kernel there, such as `contraction f32 [32, 3] · [3, 2]`.
    public let kernel: String
    /// The names of its nodes: of many the first and the last.
    public let label: String
    /// The nodes that it computes, all of them.
    public let nodes: [Node]
    /// The seconds that it takes: the median.
    public let seconds: Double
    /// Its part of the times of all steps.
    public let share: Double
    /// The arithmetic operations of one run: 2·m·n·k for a product of m × k by k × n, elsewhere one for each
    /// operator, function, selection or combination at each point.
    public let operationCount: Int
    /// The functions among them that take many times as long, such as exp.
    public let functionCount: Int
    /// The bytes that one run reads and writes, each element once.
    public let byteCount: Int
    /// The threads that did it in the run whose parts are kept.
    public let threadCount: Int

    /// The operations in a second.
    public var operationsPerSecond: Double { seconds > 0 ? Double(operationCount) / seconds : 0 }
    /// The bytes in a second; more than memory gives where they stay in a cache.
    public var bytesPerSecond: Double { seconds > 0 ? Double(byteCount) / seconds : 0 }
  }

  /// What one thread did of one step without a break.
  public struct Part: Hashable, Sendable {
    /// The number of the step.
    public let step: Int
    /// The number of the piece of the step's kernel; nil for the step as a whole, on the thread that began it.
    public let piece: Int?
    /// The work items of the piece; empty for a step as a whole.
    public let items: Range<Int>
    /// The thread; 0 is the caller.
    public let thread: Int
    /// When it began, in seconds since the run began.
    public let start: Double
    /// When it ended.
    public let end: Double
  }

  /// The name of the graph.
  public let graph: String
  /// The numbers that named dimensions stood for.
  public let dimensions: [String: Int]
  /// The most threads of a run.
  public let threads: Int
  /// The runs that the medians are of.
  public let repeats: Int
  /// The inputs that nobody gave, and what was made up for them.
  public let assumptions: [String]
  /// The seconds of a run that nobody watches: the median.
  public let seconds: Double
  /// The seconds of a run that is watched: the median.
  public let watchedSeconds: Double
  /// The seconds that it takes to read the clock, which are in the time of each step.
  public let clockSeconds: Double
  /// What the machine can do.
  public let limits: MachineLimits
  /// The steps in the order of the plan.
  public let steps: [Step]
  /// What each thread did when in the fastest of the watched runs, by beginning.
  public let parts: [Part]
}

extension Graph {
  /// Compiles the graph, runs it, and tells how long each step of its plan takes.
  ///
  /// Inputs without a value get made-up ones: numbers of the normal distribution, or 0 and 1 at random. After a first
  /// run, `repeats` runs that are watched take turns with as many that are not.
  ///
  /// ```swift
  /// let builder = GraphBuilder("layer")
  /// let x = builder.input("x", .f32, ["B", 100])
  /// let w = builder.parameter("w", .f32, [100, 10], .he)
  /// builder.output("y", tanh(matmul(x, w)))
  /// let profile = try builder.build().profiled(CompilationOptions(dimensions: ["B": 32]))
  /// for step in profile.steps { print(step.kernel, step.seconds, step.operationsPerSecond) }
  /// ```
  ///
  /// - Parameters:
  ///   - options: How it is compiled; named dimensions that follow from values need no number.
  ///   - values: Inputs and parameters by name.
  ///   - repeats: The runs that are watched.
  ///   - seed: Determines initial and made-up values.
  ///   - limits: What the machine can do, where it is known; measured where it is nil.
  ///   - engine: What it runs on.
  /// - Throws: `.invalidArgument` for a graph without steps, at the place of its first output, and for repeats below 1;
  ///   what `compiled(_:on:)` and `ExecutionContext.set(_:)` throw.
  public func profiled(
    _ options: CompilationOptions = CompilationOptions(), values: [String: Tensor] = [:],
    repeats: Int = 30, seed: UInt64 = 0, limits: MachineLimits? = nil, on engine: Engine = .shared
  ) throws(Diagnostic) -> Profile {
    guard (1...ProfileRunner.mostRepeats).contains(repeats) else {
      throw Diagnostic(
        .invalidArgument,
        "a profile is of 1 to \(ProfileRunner.mostRepeats) runs, not \(repeats); give another number"
      )
    }
    var options = options
    options.dimensions = try self.dimensions(from: values, known: options.dimensions)
    let runner = try ProfileRunner(self, options, on: engine)
    return try runner.profile(values, repeats: repeats, seed: seed, limits: limits)
  }
}
