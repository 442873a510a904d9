import AdjointAutodiff
import AdjointCore
import AdjointGraph

/// The results of a function for given operands: one node, until a pass puts the body in its place.
package struct Call: Composite {
  package static let mnemonic = "call"

  package let function: Function

  package init(_ function: Function) { self.function = function }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("function")
    function = try attributes.function("function")
  }

  package var attributes: AttributeList { AttributeList(["function": .function(function)]) }

  package var functions: [Function] { [function] }

  package var takesRewrites: Bool { true }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try function.resultTypes(for: operands)
  }

  /// Read off the body; a derivative that was supplied may pass what the body does not.
  package var dependences: [[OperandDependence]]? {
    let isSupplied =
      function.vectorJacobianProduct != nil || function.jacobianVectorProduct != nil
    return isSupplied ? nil : function.dependences(\.outputDependences)
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    guard let builder = operands.first?.builder else {
      throw Diagnostic(.invalidArgument, "the function \(function.name) takes no operands")
    }
    return builder.inline(try function.body(for: operands.map(\.type)), operands: operands)
  }

  /// The body, also of a function without operands.
  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering { .graph(try function.body(for: operands)) }

  /// A call of the function of batches.
  package var batching: Batching {
    .rule { site in
      do throws(Diagnostic) {
        let batched = try function.batched(site.operands.map(\.isBatched))
        return site.builder.call(batched, site.operands.map(\.value))
          .map { BatchedValue($0, isBatched: true) }
      } catch {
        site.builder.record(error.located(at: site.builder.currentLocation))
        return []
      }
    }
  }

  /// The derivatives that were supplied for the function, or functions derived from its body.
  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in function.pullback(of: cotangents, at: site) },
      jvp: { site, tangents in function.pushforward(of: tangents, at: site) })
  }
}

extension GraphBuilder {
  /// The results of a function for given operands.
  ///
  /// The node is one, `call`; the dimensions that the function's inputs have by name become those of the
  /// operands. The results are differentiable in both modes: by the derivatives that the function was given,
  /// else through its body.
  ///
  /// Mistakes: `.invalidArgument` for another number of operands, `.shapeMismatch` or `.scalarTypeMismatch` for
  /// types that the function does not take.
  public func call(
    _ function: Function, _ operands: [Value], file: String = #fileID, line: Int = #line
  ) -> [Value] {
    let location = currentLocation ?? SourceLocation(file: file, line: line)
    return attemptAll(operands, like: function.outputs.map(\.type), at: location) {
      () throws(Diagnostic) in
      try results(of: Call(function), operands, at: location)
    }
  }
}

extension Function {
  /// The only result of the function for given operands.
  ///
  /// Mistakes: as `GraphBuilder.call(_:_:)`; `.invalidArgument` for a function that has several results.
  public func callAsFunction(
    _ operands: Value..., file: String = #fileID, line: Int = #line
  ) -> Value {
    self(operands, file: file, line: line)
  }

  /// The only result of the function for a list of operands.
  ///
  /// Mistakes: as `callAsFunction(_:)`; `.invalidArgument` where the list is empty, for a function without inputs
  /// is called by `GraphBuilder.call(_:_:)`.
  public func callAsFunction(
    _ operands: [Value], file: String = #fileID, line: Int = #line
  ) -> Value {
    let location = SourceLocation(file: file, line: line)
    guard let builder = operands.first?.builder else {
      return .poisoned(
        by: Diagnostic(
          .invalidArgument,
          "\(name): a call without operands has no builder; write builder.call(\(name), [])",
          location: location))
    }
    guard outputs.count == 1 else {
      return builder.poison(
        Diagnostic(
          .invalidArgument,
          "\(name) has \(outputs.count) results; write builder.call(\(name), …), which gives all of them",
          location: location), like: outputs.first?.type)
    }
    return builder.call(self, operands, file: file, line: line)[0]
  }
}

// The page of the reference.
extension Call {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The results of a function for given operands.",
      formula: "y = f(x)",
      operands: [
        OperatorPage.Part(
          "x", "one for each input of the function, of its type; dimensions known by name fit any")
      ],
      result: "One for each output of the function.",
      attributes: [OperatorPage.Part("function", "the function, which stands above in the file")],
      reverse: [
        "x̄ = the vector-Jacobian product of the function: its own, or derived from its body"
      ],
      forward: "ẏ = the Jacobian-vector product of the function: its own, or derived from its body",
      conventions: ["A pass puts the body in its place before kernels are made."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [-2, 0.5, 3])],
        "(try? Function(\"bump\", [x.type]) { exp(-($0[0] * $0[0])) })?(x) ?? x"
      ) { (try? Function("bump", [$1[0].type]) { exp(-($0[0] * $0[0])) })?($1[0]) ?? $1[0] })
  }
}
