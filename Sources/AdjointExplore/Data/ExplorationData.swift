import AdjointGraph
import AdjointKernels

/// Everything that a page shows, as tables of columns whose texts are numbers of `strings`.
///
/// Numbers of nodes are places in the columns of one of both graphs, those of steps, buffers and kernels are those of
/// `Graph.planReport(_:)`.
package struct ExplorationData: Hashable, Encodable, Sendable {
  /// The name of the graph.
  package var title = ""
  /// The numbers that named dimensions stand for, as text: `B = 32`.
  package var dimensions: [String] = []
  /// All texts, each once.
  package var strings: [String] = []
  /// The graph as it was given, its dimensions bound.
  package var source = NodeTable()
  /// The graph after the passes, which is what steps stand for.
  package var compiled = NodeTable()
  package var steps = StepTable()
  package var buffers = BufferTable()
  /// The lines of each kernel.
  package var kernels: [[Int]] = []
  package var ports: [Port] = []
  package var notes: [Note] = []
  /// The bytes of the arena, and the largest sum of bytes that are live at once.
  package var arenaByteCount = 0
  package var lowerBoundByteCount = 0
  /// Where there is one.
  package var profile: ProfileTable?

  package init() {}

  /// A graph, a column for each thing that is known of a node.
  package struct NodeTable: Hashable, Encodable, Sendable {
    package var names: [Int] = []
    package var operators: [Int] = []
    /// The types of the results.
    package var types: [[Int]] = []
    /// What follows the operands in print: attributes and types.
    package var tails: [Int] = []
    /// The operands, each a node and the number of its result.
    package var operands: [[[Int]]] = []
    package var files: [Int?] = []
    package var lines: [Int?] = []
    package var roles: [Role] = []
    /// The node of the same graph whose rule wrote a derivative node.
    package var origins: [Int?] = []
    /// The node of the same graph whose tangent, adjoint or next value a derivative node is, or is a part of.
    package var subjects: [Int?] = []
    /// Why a derivative node is there, in words.
    package var reasons: [Int?] = []
    /// The nodes of the other graph that it became, or that it was made of.
    package var counterparts: [[Int]] = []
    /// The pass that made it; nil for one that was there before the passes.
    package var passes: [Int?] = []
    /// The steps that compute it; none in the graph as it was given.
    package var steps: [[Int]] = []
    /// The buffers that hold its results; none where nothing stores them.
    package var buffers: [[BufferNumber]] = []
    /// What it is lowered to; of the graph after the passes.
    package var lowerings: [Lowering] = []

    package var count: Int { names.count }
  }

  /// What part of a graph a node belongs to.
  package enum Role: Int, Hashable, Encodable, Sendable {
    case input, parameter, forward, tangent, adjoint, accumulation, update
  }

  /// What becomes of a node.
  package enum Lowering: Int, Hashable, Encodable, Sendable {
    /// An input or a parameter.
    case port
    /// Its operand's bytes under another shape.
    case view
    /// Bytes that are there before the first step.
    case constant
    /// Steps compute it.
    case computed
    /// Nothing needs it.
    case unused
  }

  /// The steps of the plan.
  package struct StepTable: Hashable, Encodable, Sendable {
    package var kernels: [Int] = []
    /// Nodes of the graph after the passes.
    package var nodes: [[Int]] = []
    package var operands: [[BufferNumber]] = []
    package var results: [[BufferNumber]] = []
    package var operationCounts: [Int] = []
    package var byteCounts: [Int] = []
    /// For each fork its branches, each the numbers of its first step and of that behind its last.
    package var forks: [[[Int]]] = []

    package var count: Int { kernels.count }
  }

  /// The buffers of the plan.
  package struct BufferTable: Hashable, Encodable, Sendable {
    package var types: PerBuffer<Int> = []
    package var offsets: PerBuffer<Int> = []
    package var byteCounts: PerBuffer<Int> = []
    package var roles: PerBuffer<BufferRole> = []
    /// The buffer whose bytes it shares.
    package var others: PerBuffer<BufferNumber?> = []
    /// The node of the graph after the passes whose value it holds.
    package var nodes: PerBuffer<Int?> = []
    /// The step that writes it first, 0 for what is there from the beginning.
    package var firsts: PerBuffer<Int> = []
    /// The step that uses it last, or the number of steps for what is there at the end.
    package var lasts: PerBuffer<Int> = []

    package var count: Int { types.count }
  }

  package enum BufferRole: Int, Hashable, Encodable, Sendable {
    case temporary, input, parameter, constant, view, inPlace
  }

  /// A value that has a name outside.
  package struct Port: Hashable, Encodable, Sendable {
    package enum Kind: Int, Hashable, Encodable, Sendable {
      case input, parameter, output
    }

    package var kind: Kind
    package var name: Int
    /// The node in the graph as it was given, and in that after the passes.
    package var source: Int?
    package var compiled: Int?
    package var buffer: BufferNumber?
  }

  /// What was fused or left apart, and why.
  package struct Note: Hashable, Encodable, Sendable {
    package enum Kind: Int, Hashable, Encodable, Sendable {
      /// Fused into the contraction of a step.
      case fused
      /// Not fused into the contraction of a step.
      case rejected
      /// Done row by row in a step.
      case rows
      /// Not done row by row with what writes its operands.
      case apart
    }

    package var kind: Kind
    /// Nodes of the graph after the passes.
    package var nodes: [Int]
    /// The step that it is about; nil for what stays apart.
    package var step: Int?
    package var text: Int
  }

  /// The times of the steps.
  package struct ProfileTable: Hashable, Encodable, Sendable {
    /// The median of each step, and of a run, in seconds.
    package var seconds: [Double]
    package var runSeconds: Double
    package var threadCounts: [Int]
    package var operationsPerSecond: Double
    package var bytesPerSecond: Double
    /// How it was measured, in words.
    package var summary: String
  }
}
