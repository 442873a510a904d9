/// Short for the package; a public name of its own would be that of a class of Foundation too.
package typealias Dimension = Shape.Dimension

/// The extents of a tensor, outermost first; empty for a scalar.
public struct Shape: Hashable, Sendable {
  /// One extent of a shape: a number, or a name that is bound to a number when compiling.
  public enum Dimension: Hashable, Sendable, CustomStringConvertible {
    /// A known extent, zero or more.
    case fixed(Int)
    /// An extent known by name until it is bound, such as the batch `B`.
    case named(String)

    /// The extent, or nil while it is only a name.
    public var extent: Int? {
      if case .fixed(let extent) = self { extent } else { nil }
    }

    /// The text form.
    public var description: String {
      switch self {
      case .fixed(let extent): String(extent)
      case .named(let name): name
      }
    }
  }

  /// The extents, outermost first.
  public var dimensions: [Dimension]

  /// A shape of the given extents.
  public init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

  /// A shape whose extents are all known.
  public init(extents: [Int]) { dimensions = extents.map { .fixed($0) } }

  /// The shape of a scalar.
  public static let scalar = Shape([])

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The extents, or nil while one of them is only a name.
  public var extents: [Int]? {
    var result: [Int] = []
    result.reserveCapacity(dimensions.count)
    for dimension in dimensions {
      guard let extent = dimension.extent else { return nil }
      result.append(extent)
    }
    return result
  }

  /// The number of elements, or nil while an extent is only a name or if the product overflows.
  public var elementCount: Int? {
    var product = 1
    var overflowed = false
    for dimension in dimensions {
      guard let extent = dimension.extent else { return nil }
      if extent == 0 { return 0 }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      overflowed = overflowed || overflow
      product = next
    }
    return overflowed ? nil : product
  }

  /// The names of the extents that are not bound yet, each once, in order of appearance.
  public var names: [String] {
    var seen: [String] = []
    for case .named(let name) in dimensions where !seen.contains(name) { seen.append(name) }
    return seen
  }

  /// The extent at an axis that the shape has.
  package subscript(axis: Int) -> Dimension {
    get { dimensions[axis] }
    set { dimensions[axis] = newValue }
  }
}

extension Shape.Dimension: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// A known extent.
  public init(integerLiteral value: Int) { self = .fixed(value) }
  /// A named extent.
  public init(stringLiteral value: String) { self = .named(value) }
}

/// What an extent can be written as in the list of a shape: a number, a name, or a `Shape.Dimension`.
public protocol ShapeElement {
  /// The extent.
  var asDimension: Shape.Dimension { get }
}

extension Int: ShapeElement {
  /// A known extent.
  public var asDimension: Shape.Dimension { .fixed(self) }
}

extension String: ShapeElement {
  /// An extent known by name until it is bound.
  public var asDimension: Shape.Dimension { .named(self) }
}

extension Shape.Dimension: ShapeElement {
  /// This extent.
  public var asDimension: Shape.Dimension { self }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// A shape written as a list of numbers and names: `["B", 784]`, `[rows, 2 * columns]`.
  public init(arrayLiteral elements: any ShapeElement...) {
    dimensions = elements.map(\.asDimension)
  }

  /// The text form.
  public var description: String {
    "[" + dimensions.map(\.description).joined(separator: ", ") + "]"
  }
}
