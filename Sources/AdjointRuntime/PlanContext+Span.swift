import AdjointCore

extension PlanContext {
  /// Gives the elements of the input of that number, in place, to be written; it counts as written when
  /// the body has returned.
  ///
  /// - Throws: `.scalarTypeMismatch` for another element type, and what the body throws.
  package func withInput<Element: TensorElement, Result>(
    at index: Int, as type: Element.Type,
    _ body: (inout MutableSpan<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let elements = try elements(of: loaded.inputs.at(index, .input), as: type)
    var span = elements.mutableSpan
    let result = try body(&span)
    noteWrite(ofInput: index)
    return result
  }

  /// Gives the elements of the output of that number, in place, as the last run left them.
  ///
  /// - Throws: `.notRun` before the first run, `.scalarTypeMismatch` for another element type, and what
  ///   the body throws.
  package func withOutput<Element: TensorElement, Result>(
    at index: Int, as type: Element.Type,
    _ body: (Span<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let elements = try elements(of: outputPort(index), as: type)
    return try body(elements.span)
  }

  private func elements<Element: TensorElement>(
    of port: CompiledPort, as type: Element.Type
  ) throws(Diagnostic) -> UnsafeMutableBufferPointer<Element> {
    try ScalarType.check(type)
    try port.check(port.count, Element.scalarType)
    return UnsafeMutableBufferPointer(
      start: (arena.base + port.offset).assumingMemoryBound(to: type), count: port.count)
  }
}
