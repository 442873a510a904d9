import AdjointCore

/// A tensor of complex numbers whose imaginary parts are so small that their squares vanish beside the real parts.
///
/// That is what the complex step needs, and no more: `f(x + i·h·v)` is `f(x) + i·h·(f′(x)·v)` to the last digit where h
/// is small enough, since nothing is subtracted. Source: Squire and Trapp, "Using complex variables to estimate
/// derivatives of real functions", SIAM Review 40 (1998); Martins, Sturdza and Alonso, "The complex-step derivative
/// approximation", ACM Transactions on Mathematical Software 29 (2003).
package struct ComplexTensor: Sendable {
  package let real: Tensor
  /// Of the type of the real part, f64; nil where it is 0 everywhere.
  package let imaginary: Tensor?

  package init(_ real: Tensor, imaginary: Tensor? = nil) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The same elements in another shape.
  package func reshaped(to extents: [Int]) throws(Diagnostic) -> ComplexTensor {
    var part: Tensor?
    if let imaginary { part = try imaginary.reshaped(to: extents) }
    return ComplexTensor(try real.reshaped(to: extents), imaginary: part)
  }

  /// The imaginary part, or zeros of its type.
  func imaginaryOrZeros() throws(Diagnostic) -> Tensor {
    if let imaginary { return imaginary }
    return try Tensor(repeating: NumberLiteral(0), real.scalarType, extents: real.extents)
  }
}
