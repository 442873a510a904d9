infix operator *| : MultiplicationPrecedence
infix operator +| : AdditionPrecedence

// Arithmetic of estimates: what a kernel costs, how many bytes a pass saves. Such a number only has to
// compare rightly, so beyond the range of an integer it stays at the end of it.
extension Int {
  /// The product, or the nearest integer to it.
  package static func *| (left: Int, right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? (left < 0) == (right < 0) ? .max : .min : product
  }

  /// The sum, or the nearest integer to it.
  package static func +| (left: Int, right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? left < 0 ? .min : .max : sum
  }
}
