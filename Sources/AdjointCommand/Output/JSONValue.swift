import Adjoint

/// A value of JSON (RFC 8259), written with two spaces of indentation and keys in alphabetical order.
///
/// JSON has no infinities and no NaN: those are the texts "inf", "-inf" and "nan".
enum JSONValue {
  case null
  case bool(Bool)
  case integer(Int)
  /// A number as it is to be spelled.
  case spelled(String)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// A number, or a text where it is not finite.
  static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .spelled("\(value)") : .text(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }

  /// The elements of a tensor as nested arrays; of a scalar, the number.
  static func tensor(_ tensor: Tensor) -> JSONValue {
    nested(tensor, axis: 0, from: 0, count: tensor.count)
  }

  /// The type and the elements of a tensor.
  static func typed(_ tensor: Tensor) -> JSONValue {
    .object(["type": .text(tensor.type.description), "value": .tensor(tensor)])
  }

  private static func nested(
    _ tensor: Tensor, axis: Int, from start: Int, count: Int
  ) -> JSONValue {
    guard axis < tensor.extents.count else { return element(tensor, start) }
    let extent = tensor.extents[axis]
    guard extent > 0 else { return .array([]) }
    let inner = count / extent
    return .array(
      (0..<extent).map { nested(tensor, axis: axis + 1, from: start + $0 * inner, count: inner) })
  }

  private static func element(_ tensor: Tensor, _ place: Int) -> JSONValue {
    switch tensor.storage {
    case .f32(let elements):
      elements[place].isFinite ? .spelled("\(elements[place])") : .number(Double(elements[place]))
    case .f64(let elements): .number(elements[place])
    case .i32, .i64, .u8: .spelled(tensor.spelling(at: place))
    case .bool(let elements): .bool(elements[place])
    }
  }

  /// The text, with a line break at the end.
  var text: String {
    var text = ""
    append(to: &text, indentation: "")
    return text + "\n"
  }

  private func append(to text: inout String, indentation: String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .integer(let number): text += String(number)
    case .spelled(let number): text += number
    case .text(let string): text += JSONString.quoted(string)
    case .array(let items):
      // Rows of numbers stay on a line.
      let isFlat = items.allSatisfy(\.isLeaf)
      Self.append(items.count, "[", "]", isFlat, to: &text, indentation) { index, text, inner in
        items[index].append(to: &text, indentation: inner)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      Self.append(sorted.count, "{", "}", false, to: &text, indentation) { index, text, inner in
        text += JSONString.quoted(sorted[index].key) + ": "
        sorted[index].value.append(to: &text, indentation: inner)
      }
    }
  }

  private var isLeaf: Bool {
    switch self {
    case .array, .object: false
    case .null, .bool, .integer, .spelled, .text: true
    }
  }

  private static func append(
    _ count: Int, _ open: String, _ close: String, _ isFlat: Bool, to text: inout String,
    _ indentation: String, _ item: (Int, inout String, String) -> Void
  ) {
    let inner = indentation + "  "
    text += open
    for index in 0..<count {
      if index > 0 { text += isFlat ? ", " : "," }
      if !isFlat { text += "\n" + inner }
      item(index, &text, inner)
    }
    if !isFlat, count > 0 { text += "\n" + indentation }
    text += close
  }
}
