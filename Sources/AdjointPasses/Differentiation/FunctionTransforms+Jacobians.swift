import AdjointCore
import AdjointGraph
import AdjointOperators

/// From a function to its Jacobian, `x ↦ J[i…, j…] = ∂f(x)[i…]/∂x[j…]`, of the shape of the result followed by that of
/// x.
///
/// It composes: `vectorized(jacobian(of: f))` gives one for each example of a batch.
///
/// Mistakes, when it is called: as `jacobian(of:withRespectTo:by:)`.
public func jacobian(
  of function: @escaping (Value) -> Value, by order: JacobianOrder = .cheaper,
  file: String = #fileID, line: Int = #line
) -> (Value) -> Value {
  { x in
    let source = x.asOwnNode()
    return jacobian(
      of: function(source), withRespectTo: source, by: order, file: file, line: line)
  }
}

/// From a function with a scalar result to its Hessian, `x ↦ H[i…, j…] = ∂²f(x)/∂x[i…]∂x[j…]`, of the shape of x twice.
///
/// Mistakes, when it is called: as `hessian(of:withRespectTo:)`.
public func hessian(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value) -> Value {
  { x in
    let source = x.asOwnNode()
    return hessian(of: function(source), withRespectTo: source, file: file, line: line)
  }
}

/// From a function with a scalar result to the product of its Hessian with a direction: `(x, t) ↦ H(x) · t`.
///
/// Mistakes, when it is called: as `hessianVectorProduct(of:withRespectTo:tangents:)`.
public func hessianVectorProduct(
  of function: @escaping (Value) -> Value, file: String = #fileID, line: Int = #line
) -> (Value, Value) -> Value {
  { x, tangent in
    let source = x.asOwnNode()
    return hessianVectorProduct(
      of: function(source), withRespectTo: [source], tangents: [tangent], file: file, line: line)[
        0]
  }
}
