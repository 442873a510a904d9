import AdjointCore

extension Graph {
  /// The graph of a Swift function over values, which sees no builder.
  ///
  /// ```swift
  /// let graph = try Graph.trace(TensorType(.f32, [3]), TensorType(.f32, [3])) { x, y in (x * y).sum() }
  /// ```
  ///
  /// The function is called once, with values that stand for inputs called `x0`, `x1`, …; what it does besides
  /// computing with them is done then and is no part of the graph. The output is called `result`.
  ///
  /// - Throws: what `GraphBuilder.build()` throws of the mistakes in it.
  public static func trace(
    _ type: TensorType, name: String = "traced", file: String = #fileID, line: Int = #line,
    _ function: (Value) -> Value
  ) throws(Diagnostic) -> Graph {
    try Function(name, [type], file: file, line: line) { function($0[0]) }.body
  }

  /// The graph of a Swift function over two values, which sees no builder.
  ///
  /// As of one.
  ///
  /// - Throws: what `GraphBuilder.build()` throws of the mistakes in it.
  public static func trace(
    _ first: TensorType, _ second: TensorType, name: String = "traced", file: String = #fileID,
    line: Int = #line, _ function: (Value, Value) -> Value
  ) throws(Diagnostic) -> Graph {
    try Function(name, [first, second], file: file, line: line) { function($0[0], $0[1]) }.body
  }

  /// The graph of a Swift function from a list of values to a list of values, which sees no builder.
  ///
  /// As of one value; the outputs are called `result0`, `result1`, …
  ///
  /// - Throws: what `GraphBuilder.build()` throws of the mistakes in it.
  public static func trace(
    _ types: [TensorType], name: String = "traced", file: String = #fileID, line: Int = #line,
    _ function: ([Value]) -> [Value]
  ) throws(Diagnostic) -> Graph {
    try Function(name, types, file: file, line: line, results: function).body
  }
}
