import AdjointCore

/// How the parts of a kernel are spelled; `KernelParser` reads what this writes.
package enum KernelSpelling {
  static func list(_ items: some Sequence) -> String {
    "[" + items.map { "\($0)" }.joined(separator: ", ") + "]"
  }

  static func type(_ scalarType: ScalarType, _ extents: [Int]) -> String {
    scalarType.rawValue + list(extents)
  }

  // MARK: Names

  private static let operandNames = ["a", "b", "c", "d", "e", "f", "g", "h"]
  private static let positionNames = ["i", "j", "k", "l", "m", "n"]

  /// `a`, `b`, … for operands, `r0` for results, `l0` for locals, `p` for the product, `v0` for values.
  package static func name(of slot: Slot) -> String {
    switch slot {
    case .operand(let number):
      operandNames.indices.contains(number) ? operandNames[number] : "a\(number)"
    case .result(let number): "r\(number)"
    case .local(let number): "l\(number)"
    case .product: "p"
    case .value(let number): "v\(number.rawValue)"
    }
  }

  /// The slot that a name stands for; nil where it is none.
  package static func slot(named name: String) -> Slot? {
    if name == "p" { return .product }
    if let number = operandNames.firstIndex(of: name) { return .operand(number) }
    guard let first = name.first, let number = Int(name.dropFirst()), number >= 0 else {
      return nil
    }
    switch first {
    case "a": return operandNames.indices.contains(number) ? nil : .operand(number)
    case "r": return .result(number)
    case "l": return .local(number)
    case "v": return .value(ValueNumber(number))
    default: return nil
    }
  }

  /// `i`, `j`, … for the position along a loop.
  static func positionName(_ axis: AxisNumber) -> String {
    let number = axis.rawValue
    return positionNames.indices.contains(number) ? positionNames[number] : "i\(number)"
  }

  /// The loop whose position has a name; nil where it is none.
  static func axis(named name: String) -> AxisNumber? {
    if let axis = positionNames.firstIndex(of: name) { return AxisNumber(axis) }
    guard name.first == "i", let axis = Int(name.dropFirst()), axis >= positionNames.count else {
      return nil
    }
    return AxisNumber(axis)
  }

  /// An index such as `i`, `2*j + 1` or `3`.
  static func text(_ index: AxisIndex) -> String {
    guard let axis = index.axis else { return String(index.start) }
    var text = index.step == 1 ? "" : index.step == -1 ? "-" : "\(index.step)*"
    text += positionName(axis)
    if index.start > 0 { text += " + \(index.start)" }
    if index.start < 0 { text += " - \(index.start.magnitude)" }
    return text
  }

  static func operation(_ combiner: Combiner?) -> String {
    switch combiner {
    case nil: "="
    case .sum: "+="
    case .product: "*="
    case .maximum: "max="
    case .minimum: "min="
    }
  }
}

/// The types that numbers have in a nest where nothing is said: those of its first floating-point and of its
/// first whole elements.
struct LiteralTypes {
  var floating: ScalarType?
  var whole: ScalarType?

  init(_ types: [ScalarType]) {
    floating = types.first { $0.isDifferentiable }
    whole = types.first { $0.isInteger }
  }

  /// A number, with its type where it is not the one that is understood.
  func text(_ literal: ScalarLiteral, _ type: ScalarType) -> String {
    switch literal {
    case .integer(let value):
      if type == .bool, value == 0 || value == 1 { return value == 1 ? "true" : "false" }
      return String(value) + (type == whole ? "" : ":\(type.rawValue)")
    case .floating(let bits):
      let suffix = type == floating ? "" : ":\(type.rawValue)"
      let value = Double(bitPattern: bits)
      if value.isNaN {
        return bits == Double.nan.bitPattern
          ? "nan\(suffix)" : "nan(\(String(bits, radix: 16)))\(suffix)"
      }
      let single = Float(value)
      return (type == .f32 && Double(single) == value ? "\(single)" : "\(value)") + suffix
    }
  }

  /// The position along a loop as a number.
  func text(_ index: AxisIndex, _ type: ScalarType) -> String {
    let name = type == whole ? "index" : "index:\(type.rawValue)"
    return "\(name)(\(KernelSpelling.text(index)))"
  }
}
