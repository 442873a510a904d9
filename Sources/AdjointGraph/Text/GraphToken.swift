import AdjointCore

/// A word, number or sign of a graph file, as a range of its bytes.
package struct GraphToken: Equatable {
  package enum Kind: Equatable {
    /// `add`, `B`, `f32`, `true`: letters, digits, `_` and `.`.
    case word
    /// `%h`, `%12`, `%h#1`; the range leaves out the `%`.
    case value
    /// `-12`
    case integer
    /// `0.5`, `1e-3`, `-inf`
    case floating
    /// `"a text"`; the range leaves out the quotes.
    case text
    /// One of `( ) { } [ ] , : = @`.
    case sign(UInt8)
    case lineEnd
    case fileEnd
  }

  package var kind: Kind
  package var range: Range<Int>
  package var line: Int
  /// In bytes, from 1.
  package var column: Int
}

/// What no graph file may exceed, so that reading one takes bounded time and memory.
///
/// Nothing that exceeds it is built or written either, so whatever is written can be read.
package enum GraphLimits {
  /// Bytes of a file.
  package static let fileBytes = 1 << 30
  /// Nodes of a graph; a written one takes about 300 bytes of memory.
  package static let nodes = 1 << 24
  /// Bytes of a name.
  package static let nameBytes = 256
  /// Bytes of a number.
  package static let numberBytes = 128
  /// Bytes of a text between quotes.
  package static let textBytes = 1 << 16
  /// Attributes of a node.
  package static let attributes = 64
  /// Results of a node.
  package static let results = 1024
  /// Characters that a message of an operator may take up.
  package static let messageCharacters = 1000
}

extension GraphLimits {
  /// The refusal of a graph with too many nodes.
  package static func tooManyNodes(_ graph: String) -> Diagnostic {
    Diagnostic(
      .memoryLimit,
      "the graph \(graph) has more than \(nodes) nodes, the most there may be; "
        + "divide it, or let operators do more at once")
  }
}
