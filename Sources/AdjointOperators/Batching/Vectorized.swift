import AdjointCore
import AdjointGraph

/// A function of values as a function of batches of them: it is applied to all examples at once.
///
/// `y[n…] = f(x₁[n…], x₂[n…], …)` for each position n of the axis of the batch, which is the first axis of
/// every result. The function is called once, with values of the shapes of one example, and what it builds is
/// written out for the whole batch in ordinary operators: there is no loop, and products of each example with
/// the same matrix are one product.
///
/// <!-- given: x: Value, t: Value, w: Value -->
/// ```swift
/// // a gradient for each example: x [N, 3] and t [N] give [N, 3]
/// let gradient = vectorized { (x: Value, t: Value) -> Value in
///   let loss = (matmul(x, w) - t) * (matmul(x, w) - t)
///   return gradients(of: loss.sum(), withRespectTo: [w])[0]
/// }
/// let perExample = gradient(x, t)
/// ```
///
/// - Parameters:
///   - function: What is computed of one example. It may use values from outside, which are the same for
///     all examples, name its values, and call what is vectorized itself. What it returns of these is
///     repeated for every example; its own values of one example cannot be used once it has returned.
///   - axes: For each argument the axis of the batch, negative ones counted from the back, or nil where all
///     examples share the argument; without the list, the first axis of every argument.
///
/// Derivatives go through it in both modes, and the function may itself ask for derivatives. The extent of
/// the batch may be known by name only.
///
/// Mistakes: `.shapeMismatch` where batched arguments have different extents, or one is a scalar;
/// `.invalidArgument` for another number of axes than of arguments, an axis out of range, no batched argument,
/// and where an output or an update inside depends on an example; `.notBatchable` for an operator that has no
/// rule for batches.
public func vectorized(
  _ function: @escaping ([Value]) -> [Value], axes: [Int?]? = nil, file: String = #fileID,
  line: Int = #line
) -> ([Value]) -> [Value] {
  let location = SourceLocation(file: file, line: line)
  return { arguments in
    VectorizedCall(of: arguments, along: axes ?? arguments.map { _ in 0 }, location)
      .results(of: function)
  }
}

/// A function of one value as a function of a batch of them.
///
/// As `vectorized(_:axes:)` of a list of values.
public func vectorized(
  _ function: @escaping (Value) -> Value, axis: Int = 0, file: String = #fileID, line: Int = #line
) -> (Value) -> Value {
  let batched = vectorized(
    { (values: [Value]) in [function(values[0])] }, axes: [axis], file: file, line: line)
  return { batched([$0])[0] }
}

/// A function of two values as a function of batches of them.
///
/// As `vectorized(_:axes:)` of a list of values; an axis that is nil belongs to an argument that all examples
/// share.
public func vectorized(
  _ function: @escaping (Value, Value) -> Value, axes: (Int?, Int?) = (0, 0),
  file: String = #fileID, line: Int = #line
) -> (Value, Value) -> Value {
  let batched = vectorized(
    { (values: [Value]) in [function(values[0], values[1])] }, axes: [axes.0, axes.1], file: file,
    line: line)
  return { batched([$0, $1])[0] }
}

/// One call of a vectorized function.
private struct VectorizedCall {
  private let arguments: [Value]
  private let axes: [Int?]
  private let location: SourceLocation

  init(of arguments: [Value], along axes: [Int?], _ location: SourceLocation) {
    self.arguments = arguments
    self.axes = axes
    self.location = location
  }

  func results(of function: ([Value]) -> [Value]) -> [Value] {
    guard let builder = arguments.first?.builder else {
      return [
        .poisoned(
          by: Diagnostic(
            .invalidArgument, "vectorized: there is no argument; give at least one",
            location: location))
      ]
    }
    var call: [Value]?
    _ = builder.attempt(arguments, at: builder.currentLocation ?? location) {
      () throws(Diagnostic) in
      let batches = try batches()
      let values = results(of: function, on: batches, in: builder)
      call = values
      return values.first ?? arguments[0]
    }
    // As many results as there would be, each poisoned by what it is made of.
    return call
      ?? function(
        arguments.indices.map {
          example(of: arguments[$0], along: $0 < axes.count ? axes[$0] : nil, in: builder)
        })
  }

  /// The batched arguments with the axis of the batch in front; nil for those that all examples share.
  private func batches() throws(Diagnostic) -> [Value?] {
    guard axes.count == arguments.count else {
      throw Diagnostic(
        .invalidArgument,
        "vectorized: \(axes.count) axes are given for \(arguments.count) arguments; give one, or nil, for "
          + "each")
    }
    var first: (axis: Int, argument: Value)?
    var batches: [Value?] = []
    for (argument, axis) in zip(arguments, axes) {
      guard let axis else {
        batches.append(nil)
        continue
      }
      guard argument.rank > 0 else {
        throw Diagnostic(
          .shapeMismatch,
          "vectorized: \(argument) is a scalar and has no axis of a batch; give it nil for an axis, so that "
            + "all examples share it")
      }
      let normalized = try argument.type.normalized(axis: axis)
      if let first, first.argument.shape[first.axis] != argument.shape[normalized] {
        throw Diagnostic(
          .shapeMismatch,
          "vectorized: the batched arguments have different extents: axis \(first.axis) of "
            + "\(first.argument) is \(first.argument.shape[first.axis]), axis \(normalized) of \(argument) "
            + "is \(argument.shape[normalized])")
      }
      if first == nil { first = (normalized, argument) }
      batches.append(argument.movingAxisToFront(normalized))
    }
    guard first != nil else {
      throw Diagnostic(
        .invalidArgument,
        "vectorized: no argument is batched; give at least one of them an axis, or call the function itself"
      )
    }
    return batches
  }

  private func results(
    of function: ([Value]) -> [Value], on batches: [Value?], in builder: GraphBuilder
  ) -> [Value] {
    let first = builder.nodes.count
    var examples: [(example: Value, batch: Value)] = []
    var values: [Value] = []
    for (argument, batch) in zip(arguments, batches) {
      guard let batch else {
        values.append(argument)
        continue
      }
      let example = builder.example(of: batch.type.droppingFirstAxis)
      examples.append((example, batch))
      values.append(example)
    }
    let extent = examples[0].batch.shape[0]
    let outer = builder.currentLocation
    builder.currentLocation = nil
    let made = function(values).map { value in
      builder.attempt([value], at: outer ?? location) { value }
    }
    // What is written for the batch, and refused, has the place of the call where it has none of its own.
    builder.currentLocation = outer ?? location
    defer { builder.currentLocation = outer }
    let arithmetic = StandardBatching()
    return builder.batching(
      from: first, examples, extent: extent, arithmetic, results: made
    ).map { $0.isBatched ? $0.value : arithmetic.repeated($0.value, extent) }
  }

  /// What the function is called with where there is no batch: a poisoned value of the shape of an example.
  private func example(of argument: Value, along axis: Int?, in builder: GraphBuilder) -> Value {
    guard let axis else { return builder.poison(like: argument.type) }
    var shape = argument.shape
    if let axis = try? argument.type.normalized(axis: axis) { shape.dimensions.remove(at: axis) }
    return builder.poison(like: TensorType(argument.scalarType, shape))
  }
}
