import AdjointCore
import AdjointGraph
import AdjointOperators

// Derivatives for who thinks in functions: from a function over values to another one, which can be
// differentiated again, vectorized, traced and compiled.

/// From a function with a scalar result to its gradient, as a function of the same value.
///
/// `x ↦ ∂f/∂x`. It composes: `gradient(of: gradient(of: f))` is the second derivative of a function of a scalar.
///
/// Mistakes, when it is called: as `gradients(of:withRespectTo:)`.
public func gradient(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value) -> Value {
  { x in valueAndGradient(of: function, file: file, line: line)(x).gradient }
}

/// From a function with a scalar result to its value and gradient.
///
/// Mistakes, when it is called: as `gradients(of:withRespectTo:)`.
public func valueAndGradient(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value) -> (value: Value, gradient: Value) {
  { x in
    let source = x.asOwnNode()
    let value = function(source)
    return (value, gradients(of: value, withRespectTo: [source], file: file, line: line)[0])
  }
}

/// From a function of several values with a scalar result to its gradients with respect to all of them.
///
/// Mistakes, when it is called: as `gradients(of:withRespectTo:)`.
public func gradients(
  of function: @escaping ([Value]) -> Value, file: String = #fileID, line: Int = #line
) -> ([Value]) -> [Value] {
  { values in
    let sources = values.map { $0.asOwnNode() }
    return gradients(of: function(sources), withRespectTo: sources, file: file, line: line)
  }
}

/// From a function to its Jacobian-vector product, a function of the value and a tangent: `(x, t) ↦ ∂f/∂x · t`.
///
/// Mistakes, when it is called: as `jacobianVectorProduct(of:withRespectTo:tangents:)`.
public func jacobianVectorProduct(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value, Value) -> Value {
  { x, tangent in
    let source = x.asOwnNode()
    return jacobianVectorProduct(
      of: [function(source)], withRespectTo: [source], tangents: [tangent], file: file, line: line)[
        0]
  }
}

/// From a function to its vector-Jacobian product, a function of the value and a cotangent: `(x, c) ↦ (∂f/∂x)ᵀ · c`.
///
/// Mistakes, when it is called: as `vectorJacobianProduct(of:cotangents:withRespectTo:)`.
public func vectorJacobianProduct(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value, Value) -> Value {
  { x, cotangent in
    let source = x.asOwnNode()
    return vectorJacobianProduct(
      of: [function(source)], cotangents: [cotangent], withRespectTo: [source], file: file,
      line: line)[0]
  }
}

extension Value {
  /// This value as a node of its own.
  ///
  /// What a function reads from elsewhere may be the same value as its operand, as in x · f(x), and counts as
  /// constant within it.
  package func asOwnNode() -> Value {
    builder.attempt([self]) { () throws(Diagnostic) in
      let node = Node(
        kind: .operation(Reshape(shape: shape)), operands: [id], resultTypes: [type], name: nil,
        location: builder.currentLocation, provenance: builder.currentProvenance)
      return builder.value(ValueID(node: builder.appendUnmerged(node)))
    }
  }
}
