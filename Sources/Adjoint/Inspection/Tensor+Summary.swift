import AdjointCore
import AdjointGraph

extension Tensor {
  /// The elements as human-readable nested lists; of long axes only the first and last three.
  ///
  /// Numbers have the shortest digits that read back as the same number. Rows stand on lines of
  /// their own, indented by as many spaces as `indentation` says, from none to 100.
  public func summary(indentation: Int = 0) -> String {
    var text = ""
    let indentation = Swift.min(Swift.max(indentation, 0), 100)
    appendSummary(
      axis: 0, from: 0, stride: count, shortens: count > Self.fullySummarized,
      indentation: indentation, to: &text)
    return text
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

  /// Tensors of up to this many elements are shown whole.
  private static let fullySummarized = 200
  private static let edge = 3

  private func appendSummary(
    axis: Int, from start: Int, stride: Int, shortens: Bool, indentation: Int,
    to text: inout String
  ) {
    guard axis < extents.count else {
      text += spelling(at: start)
      return
    }
    let extent = extents[axis]
    let inner = extent == 0 ? 0 : stride / extent
    let isLast = axis == extents.count - 1
    let separator =
      isLast ? ", " : ",\n" + String(repeating: " ", count: indentation + axis + 1)
    text += "["
    let skips = shortens && extent > 2 * Self.edge
    for index in 0..<extent where !skips || index < Self.edge || index >= extent - Self.edge {
      if index > 0 { text += separator }
      if skips, index == extent - Self.edge { text += "…" + separator }
      appendSummary(
        axis: axis + 1, from: start + index * inner, stride: inner, shortens: shortens,
        indentation: indentation, to: &text)
    }
    text += "]"
  }
}
