import AdjointCore
import AdjointKernels

/// How a product that the library computes is cut into panels, which threads share.
///
/// Each panel is a call of its own, on one thread as on several, and where the panels begin follows from the
/// shape alone. So the library gets the same calls whatever the number of threads, and the bits do not depend
/// on it. They would if a thread did several panels in one call: kernels of OpenBLAS sum the rows and columns
/// left over by their tiles in another order, which in those for Haswell are of twelve columns, and where the
/// leftover lies follows from where the call begins.
///
/// A panel is whole lines of the larger operand, which it reads from end to end:
///
/// - of a product of matrices, rows or columns of the result, across its longer side; the operand of the
///   shorter one is read, and packed, by every panel;
/// - of a product with a vector whose matrix has a line for each element of the result, such elements;
/// - where the lines of the matrix lie across the result, a part of the sum, to which the others are added.
package struct ProductPanels: Sendable {
  /// What the panels divide.
  package enum Axis: Sendable {
    case rows
    case columns
    case inner
  }

  package let axis: Axis
  private let extent: Int
  /// The elements of the result of one product.
  private let resultCount: Int
  /// The multiplications of one product.
  private let work: Double
  private let isWithVector: Bool

  /// Panels start at multiples of this many rows or columns, a multiple of the register tiles of every BLAS.
  private static let unit = 64
  /// The same for parts of a sum.
  private static let innerUnit = 16
  /// Sums of more elements than this are not cut into parts, each of which has its place.
  private static let mostSums = 4096
  /// The elements of all parts of a sum, which stay in a core's cache.
  private static let mostPartials = 1 << 17

  /// The cuts of a product; nil for one that the library does not compute.
  init?(_ product: CompiledContraction.Product, _ method: CompiledContraction.Method) {
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    switch method {
    case .loops: return nil
    case .matrixMatrix: axis = rows > columns ? .rows : .columns
    case .matrixVector(let left, _):
      axis = left.isTransposed && rows <= Self.mostSums ? .inner : .rows
    case .vectorMatrix(let right, _):
      axis = !right.isTransposed && columns <= Self.mostSums ? .inner : .columns
    }
    extent =
      switch axis {
      case .rows: rows
      case .columns: columns
      case .inner: inner
      }
    resultCount = rows * columns
    work = Double(rows) * Double(columns) * Double(inner)
    isWithVector = rows == 1 || columns == 1
  }

  /// The cuts of a contraction; nil for one that is done in plain loops.
  ///
  /// - Throws: `.invalidPlan` for a product larger than BLAS can count.
  package static func cuts(of product: Contraction) throws(Diagnostic) -> ProductPanels? {
    try CompiledContraction.compile(product).product.panels
  }

  /// The multiplications from which a product is cut: a product with a vector, which waits for memory, takes
  /// some tens of microseconds then.
  ///
  /// A matrix of two megabytes or less that a step writes anew stays with the thread that writes it, whose
  /// cache it fits.
  private func smallest(_ locality: Locality) -> Double {
    if !isWithVector { return 0x1p22 }
    return locality.largestOperandIsRunInvariant ? 0x1p17 : 0x1p19
  }

  /// Whether a batch of products is large enough for several threads.
  package func isShared(_ locality: Locality, batch: Int) -> Bool {
    work * Double(batch) >= smallest(locality) && batch * count(locality, batch: batch) > 1
  }

  /// The panels of each product of a batch.
  ///
  /// Every panel costs one thread some hundredths of its time, so a product that is not very large has two.
  package func count(_ locality: Locality, batch: Int) -> Int {
    guard work >= smallest(locality) else { return 1 }
    let byWork = isWithVector ? work / 0x1p20 : Double(extent) / 1024
    let unit = axis == .inner ? Self.innerUnit : Self.unit
    let most = axis == .inner ? Self.mostPartials / max(1, resultCount) : Int.max
    let wanted = min(max(2, Int(min(byWork, 1e9))), most, extent / unit)
    // A batch may be of no product at all.
    return max(1, wanted / max(batch, 1))
  }

  /// The rows or columns, or the part of the sum, of one of so many panels.
  @inline(__always)
  package func range(_ number: Int, of count: Int) -> Range<Int> {
    // Small products are not cut, and divisions would take as long as they do.
    if count == 1 { return 0..<extent }
    let unit = axis == .inner ? Self.innerUnit : Self.unit
    let units = (extent + unit - 1) / unit
    let from = min(extent, units * number / count * unit)
    return from..<min(extent, units * (number + 1) / count * unit)
  }

  /// The elements of partial sums of each product of a batch in so many panels: the first panel's lie in the
  /// result.
  func partialCount(panels: Int) -> Int { axis == .inner ? (panels - 1) * resultCount : 0 }

  /// The most elements of partial sums of a batch, wherever its operands are found.
  func mostPartials(batch: Int) -> Int {
    batch * partialCount(panels: count(Locality(largestOperandIsRunInvariant: true), batch: batch))
  }
}
