import AdjointCore
import AdjointRuntime

extension ExecutionContext {
  /// Writes an input in place, without a copy and without allocating.
  ///
  /// <!-- given: context: ExecutionContext, sample: (Int) -> Float -->
  /// ```swift
  /// try context.withInput("x", as: Float.self) { (span: inout MutableSpan<Float>) in
  ///   for place in span.indices { span[place] = sample(place) }
  /// }
  /// ```
  ///
  /// The elements are in row-major order and are at first what they were: zeros, or those given before.
  /// The input is given once the body has returned. Do not use the context inside the body.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` where the input has another type; what the body
  ///   throws.
  public func withInput<Element: TensorElement, Result>(
    _ name: String, as type: Element.Type,
    _ body: (inout MutableSpan<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try memory.withInput(at: place(of: name, in: inputPlaces, "input"), as: type, body)
  }

  /// Reads an output of the last run in place, without a copy and without allocating.
  ///
  /// The elements are in row-major order. Do not use the context inside the body.
  ///
  /// - Throws: `.unknownName`; `.notRun` before the first run; `.scalarTypeMismatch` where the output has
  ///   another type; what the body throws.
  public func withOutput<Element: TensorElement, Result>(
    _ name: String, as type: Element.Type,
    _ body: (Span<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try memory.withOutput(at: place(of: name, in: outputPlaces, "output"), as: type, body)
  }
}
