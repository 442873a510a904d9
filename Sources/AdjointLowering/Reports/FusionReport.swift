import AdjointCore
import AdjointKernels

/// Which operations were fused into each contraction, and why others were not.
///
/// Nodes are numbers of the graph that was lowered.
package struct FusionReport: Hashable, Sendable {
  /// A value by its name in the graph.
  package enum Source: Hashable, Sendable {
    /// An input or a parameter.
    case port(String)
    /// What a node computes.
    case node(Int)
    case constant
  }

  /// A matrix of a contraction.
  package enum Side: Hashable, Sendable {
    case left, right, result
  }

  /// Something that a contraction does besides multiplying.
  package enum Fusion: Hashable, Sendable {
    case leftTranspose
    case rightTranspose
    /// `scale · product + addendScale · addend`; `parameter` is what the sum is written over, if any.
    case sum(scale: Double, addendScale: Double, addend: Source, parameter: String?)
    /// Element-wise work; `rows` are operands that all rows have in common, such as a bias, `points`
    /// those with an element for each point.
    case epilogue(rows: [Source], points: [Source])
    /// A copy that changes nothing but the order of elements: matrices that are read in the order of its
    /// operand, or stored in its own.
    case copy([Side])
  }

  /// How a value is read where it is not read element by element.
  package enum Manner: String, Hashable, Sendable {
    case slice, transpose, broadcast, reshape
  }

  /// Why something stays a step of its own.
  package enum Reason: Hashable, Sendable {
    case isRead(Source, by: [Int])
    case isOutput(Source)
    case hasAddend
    /// The addend is an input, a constant or a parameter that the sum is not the next value of.
    case mayNotBeWritten(Source)
    case nonPointwiseLoad(Source, Manner)
    case isReduction
    case nonPointwiseStore
    case iterationSpaceMismatch
    case notYetAvailable(Source)
    case noResultOf(ScalarType)
    case overwrites(Source)
    case tooLong
    case otherContraction([Int])
    /// No strides reach the rows and columns of a matrix in the order before or after a copy.
    case noStrides
  }

  package struct Fused: Hashable, Sendable {
    package var fusion: Fusion
    /// The nodes that are computed by it.
    package var nodes: [Int]
    /// Reads and writes that no longer happen.
    package var savedByteCount: Int
  }

  package struct Rejected: Hashable, Sendable {
    package var nodes: [Int]
    package var reason: Reason
  }

  package struct Entry: Hashable, Sendable {
    package var contraction: Contraction
    /// The nodes of the product alone.
    package var nodes: [Int]
    package var fused: [Fused] = []
    package var rejected: [Rejected] = []
    /// The number of its step in the plan.
    package var step = 0

    package var savedByteCount: Int { fused.reduce(0) { $0 +| $1.savedByteCount } }
  }

  package internal(set) var entries: [Entry] = []

  /// The contractions that do something besides multiplying.
  package var fusedCount: Int { entries.count { !$0.fused.isEmpty } }
  package var savedByteCount: Int { entries.reduce(0) { $0 +| $1.savedByteCount } }
}

extension FusionReport {
  /// Notes what a contraction has fused in; it is not left any more.
  mutating func recordFusion(_ fusion: Fusion, nodes: [Int], saving bytes: Int, into entry: Int?) {
    guard let entry else { return }
    entries[entry].rejected.removeAll { $0.nodes == nodes }
    entries[entry].fused.append(Fused(fusion: fusion, nodes: nodes, savedByteCount: bytes))
  }

  /// Forgets why nodes stay steps of their own, which they do not.
  mutating func resolve(_ nodes: [Int]) {
    for entry in entries.indices { entries[entry].rejected.removeAll { $0.nodes == nodes } }
  }

  /// Notes what a contraction has not fused in; of several reasons the last.
  mutating func recordRejection(nodes: [Int], because reason: Reason, by entry: Int?) {
    guard let entry else { return }
    entries[entry].rejected.removeAll { $0.nodes == nodes }
    entries[entry].rejected.append(Rejected(nodes: nodes, reason: reason))
  }
}

extension KernelGraph {
  /// The graph with an entry in the report for each contraction that has none yet, with the operands that it
  /// reads transposed.
  func numberingContractions() -> KernelGraph {
    var graph = self
    graph.numberContractions()
    return graph
  }

  private mutating func numberContractions() {
    for number in steps.indices where steps[number].entry == nil {
      guard case .call(.contraction(let product), _, _) = steps[number].work else { continue }
      steps[number].entry = fusionReport.entries.count
      var entry = FusionReport.Entry(contraction: product, nodes: steps[number].nodes)
      let sides = [
        (FusionReport.Fusion.leftTranspose, product.left, product.rows, product.inner),
        (.rightTranspose, product.right, product.inner, product.columns),
      ]
      for (fusion, layout, rows, columns) in sides
      where layout.isTransposed && rows > 1 && columns > 1 {
        let matrices = zip(product.batchExtents, layout.batchStrides).filter { $0.1 > 0 }
        let count = matrices.reduce(1) { $0 *| $1.0 } *| rows *| columns
        // A copy would be written and read.
        entry.fused.append(
          FusionReport.Fused(
            fusion: fusion, nodes: [], savedByteCount: 2 *| count *| product.scalarType.byteCount))
      }
      fusionReport.entries.append(entry)
    }
  }

  /// The name of a value.
  func source(of value: ValueNumber) -> FusionReport.Source {
    switch values[value].source {
    case .input(let name), .parameter(let name): .port(name)
    case .constant: .constant
    case .computed: values[value].node.map { .node($0) } ?? .constant
    }
  }
}

extension Contraction.Layout {
  var isTransposed: Bool { columnStride != 1 && rowStride == 1 }
}
