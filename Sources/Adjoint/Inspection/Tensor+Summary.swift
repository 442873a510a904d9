import AdjointCore
import AdjointGraph

extension Tensor {
  /// The elements as nested lists with commas and all their digits; of long axes only the first and last
  /// three, in tensors of more than 200 elements.
  ///
  /// Numbers have the shortest digits that read back as the same number; `description` has columns and
  /// at most eight digits. Rows stand on lines of their own, indented by as many spaces as
  /// `indentation` says, from none to 100.
  public func summary(indentation: Int = 0) -> String {
    let layout = TensorLayout(
      separator: ", ", ellipsis: "…", threshold: 200,
      indentation: Swift.min(Swift.max(indentation, 0), 100))
    return layout.text(extents) { spelling(at: $0) }
  }

  /// The element at a place in row-major order, in the shortest digits that read back as the same.
  ///
  /// A NaN has no sign here: which one a computation gives is chance.
  package func spelling(at place: Int) -> String {
    switch storage {
    case .f32(let elements): elements[place].isNaN ? "nan" : GraphSpelling.number(elements[place])
    case .f64(let elements): elements[place].isNaN ? "nan" : GraphSpelling.number(elements[place])
    case .i32(let elements): String(elements[place])
    case .i64(let elements): String(elements[place])
    case .u8(let elements): String(elements[place])
    case .bool(let elements): String(elements[place])
    }
  }
}
