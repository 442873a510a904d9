import AdjointCore

/// Which loop nests are done together row by row, and why others are not, as the pass decided it.
///
/// Nodes are numbers of the graph that was lowered.
package struct RowFusionReport: Hashable, Sendable {
  /// Why a nest does not join what wrote its operands.
  package enum Reason: Error, Hashable, Sendable {
    /// There is no number of rows at which both keep to their own.
    case noCommonRows
    /// The group is as long as it may be.
    case tooManyNests
    /// Half the cache would not hold a row.
    case largeRow(byteCount: Int, cacheByteCount: Int)
    /// Threads could not share so few rows of so much.
    case fewRows(Int, byteCount: Int)
    /// The loops inside a row would cost more than what they do.
    case shortRow(points: Int)
    /// It is a parameter's next value, and the old one is read between them.
    case violatesWriteAfterRead
  }

  package struct Group: Hashable, Sendable {
    package var nodes: [Int]
    package var rows: Int
    package var nestCount: Int
    /// Writes and reads of memory that stay in the cache: twice the bytes of the locals, and those of an
    /// operand for each nest but the first that reads it.
    package var savedByteCount: Int
    /// The number of its step in the plan.
    package var step = 0
  }

  package struct Apart: Hashable, Sendable {
    package var nodes: [Int]
    /// The nodes of the step that writes what these read.
    package var writers: [Int]
    package var reason: Reason
  }

  /// The cache by which rows were judged.
  package internal(set) var cacheByteCount = 0
  package internal(set) var groups: [Group] = []
  package internal(set) var apart: [Apart] = []

  package var savedByteCount: Int { groups.reduce(0) { $0 +| $1.savedByteCount } }
}
