/// What a loop nest reads from or writes to, as the kernel around it names it.
///
/// A nest that is a kernel reads operands and writes results. A stage of a group also reads results and
/// locals that earlier stages wrote, and writes locals; an epilogue reads the product as well.
package enum Slot: Hashable, Sendable {
  /// One of the kernel's operands, by its number.
  case operand(Int)
  /// One of the kernel's results, by its number.
  case result(Int)
  /// One of the group's locals, by its number.
  case local(Int)
  /// The element of the product whose epilogue the nest is.
  case product
  /// A value of a kernel graph, in which steps have no operands and results of their own yet.
  case value(ValueNumber)

  /// The number of the operand that it is; nil where it is anything else.
  package var operand: Int? { if case .operand(let number) = self { number } else { nil } }
  /// The number of the result that it is; nil where it is anything else.
  package var result: Int? { if case .result(let number) = self { number } else { nil } }
  /// The value that it is; nil where it is anything else.
  package var value: ValueNumber? { if case .value(let number) = self { number } else { nil } }
}

extension Slot: CustomStringConvertible {
  /// In words, for diagnostics.
  package var description: String {
    switch self {
    case .operand(let number): "operand \(number)"
    case .result(let number): "result \(number)"
    case .local(let number): "local \(number)"
    case .product: "the product"
    case .value(let number): "value \(number.rawValue)"
    }
  }
}
