import AdjointCore
import AdjointGraph
import AdjointRuntime

extension ExecutionContext {
  /// Gives an input, row by row, without making a tensor.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` where the input has another type than its handle;
  ///   `.shapeMismatch` for another number of elements.
  public func set<Element: TensorElement>(
    _ input: InputHandle<Element>, to elements: [Element]
  ) throws(Diagnostic) {
    try withInput(input) { (span: inout MutableSpan<Element>) throws(Diagnostic) in
      guard elements.count == span.count else {
        throw Diagnostic(
          .shapeMismatch,
          "the input \(input.name) has \(span.count) elements, \(elements.count) were given; "
            + "give them row by row")
      }
      for place in span.indices { span[place] = elements[place] }
    }
  }

  /// Gives an input.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` or `.shapeMismatch`, naming both types.
  public func set<Element: TensorElement>(
    _ input: InputHandle<Element>, to tensor: Tensor
  ) throws(Diagnostic) {
    try check(input.name, Element.scalarType, among: executable.inputs, "input")
    try set(input.name, to: tensor)
  }

  /// Replaces a parameter, row by row.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` where the parameter has another type than its handle;
  ///   `.shapeMismatch` for another number of elements.
  public func set<Element: TensorElement>(
    _ parameter: ParameterHandle<Element>, to elements: [Element]
  ) throws(Diagnostic) {
    let type = try check(
      parameter.name, Element.scalarType, among: executable.parameters, "parameter")
    guard let extents = type.shape.extents, elements.count == type.shape.elementCount else {
      throw Diagnostic(
        .shapeMismatch,
        "the parameter \(parameter.name) is \(type), \(elements.count) elements were given; give them row "
          + "by row")
    }
    try set(parameter.name, to: Tensor(elements, extents: extents))
  }

  /// Replaces a parameter.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` or `.shapeMismatch`, naming both types.
  public func set<Element: TensorElement>(
    _ parameter: ParameterHandle<Element>, to tensor: Tensor
  ) throws(Diagnostic) {
    try check(parameter.name, Element.scalarType, among: executable.parameters, "parameter")
    try set(parameter.name, to: tensor)
  }

  /// The elements of an output of the last run, row by row.
  ///
  /// - Throws: `.unknownName`; `.notRun` before the first run; `.scalarTypeMismatch` where the output has
  ///   another type than its handle.
  public func elements<Element: TensorElement>(
    of output: OutputHandle<Element>
  ) throws(Diagnostic) -> [Element] {
    try check(output.name, Element.scalarType, among: executable.outputs, "output")
    return try self.output(output.name).elements(as: Element.self)
  }

  /// The present elements of a parameter, row by row.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` where the parameter has another type than its handle.
  public func elements<Element: TensorElement>(
    of parameter: ParameterHandle<Element>
  ) throws(Diagnostic) -> [Element] {
    try check(parameter.name, Element.scalarType, among: executable.parameters, "parameter")
    return try self.parameter(parameter.name).elements(as: Element.self)
  }

  /// The only element of an output of the last run.
  ///
  /// - Throws: as `elements(of:)`; `.shapeMismatch` where the output has more elements, or none.
  public func element<Element: TensorElement>(
    of output: OutputHandle<Element>
  ) throws(Diagnostic) -> Element {
    try withOutput(output) { (span: Span<Element>) throws(Diagnostic) in
      guard span.count == 1 else {
        throw Diagnostic(
          .shapeMismatch,
          "the output \(output.name) has \(span.count) elements, not one; use elements(of:)")
      }
      return span[0]
    }
  }

  /// Writes an input in place, without a copy and without allocating, as `withInput(_:as:_:)` does.
  ///
  /// - Throws: `.unknownName`; `.scalarTypeMismatch` where the input has another type than its handle; what
  ///   the body throws.
  public func withInput<Element: TensorElement, Result>(
    _ input: InputHandle<Element>,
    _ body: (inout MutableSpan<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try withInput(input.name, as: Element.self, body)
  }

  /// Reads an output of the last run in place, without a copy and without allocating, as
  /// `withOutput(_:as:_:)` does.
  ///
  /// - Throws: `.unknownName`; `.notRun` before the first run; `.scalarTypeMismatch` where the output has
  ///   another type than its handle; what the body throws.
  public func withOutput<Element: TensorElement, Result>(
    _ output: OutputHandle<Element>,
    _ body: (Span<Element>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try withOutput(output.name, as: Element.self, body)
  }

  /// The type of what a handle names.
  @discardableResult
  private func check(
    _ name: String, _ scalarType: ScalarType, among ports: [Graph.Port], _ kind: String
  ) throws(Diagnostic) -> TensorType {
    guard let port = ports.first(where: { $0.name == name }) else {
      let known = ports.isEmpty ? "none" : ports.map(\.name).sorted().joined(separator: ", ")
      throw Diagnostic(.unknownName, "the graph has no \(kind) named \(name); it has \(known)")
    }
    guard port.type.scalarType == scalarType else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "the \(kind) \(name) is \(port.type), its handle \(scalarType); give the handle that type")
    }
    return port.type
  }
}
