/// The definitions of the mathematical functions that kernels call, in vectors of any width.
///
/// A function of f32 is at most 2 units in the last place from the exact value, at every argument and
/// on every processor; one of f64 without a definition here is that of the system's library, lane by
/// lane. No lane's result depends on the number of lanes, or on what is in the others.
enum VectorMathematics {
  /// The text of a function and what it calls in turn.
  static func definition(of function: VectorFunction) -> FunctionText {
    var text = FunctionText()
    let type = function.type
    let result =
      type.element == .f32
      ? single(function.name, type, &text)
      : double(function.name, type, &text) ?? byLanes(function, &text)
    text.effect("ret \(type.text) \(result)")
    return text
  }

  /// The value in f32.
  private static func single(
    _ name: VectorFunction.Name, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    switch name {
    case .exp: exponential("%x", type, &text)
    case .expm1: exponentialMinusOne("%x", type, &text)
    case .log: logarithm("%x", type, &text)
    case .log1p: logarithmOfOnePlus("%x", type, &text)
    case .sin: sine("%x", type, &text)
    case .cos: cosine("%x", type, &text)
    case .tan: tangent("%x", type, &text)
    case .tanh: hyperbolicTangent("%x", type, &text)
    case .sigmoid: sigmoid("%x", type, &text)
    case .softplus: softplus("%x", type, &text)
    case .erf: errorFunction("%x", type, &text)
    case .power: power("%x", "%y", type, &text)
    }
  }

  /// The value in f64, for functions that have vector code.
  private static func double(
    _ name: VectorFunction.Name, _ type: VectorType, _ text: inout FunctionText
  ) -> String? {
    switch name {
    case .exp: exponential("%x", type, &text)
    case .log: logarithm("%x", type, &text)
    case .sin: sine("%x", type, &text)
    case .cos: cosine("%x", type, &text)
    case .tanh: hyperbolicTangent("%x", type, &text)
    case .sigmoid: sigmoid("%x", type, &text)
    case .softplus: softplus("%x", type, &text)
    case .expm1, .log1p, .tan, .erf, .power: nil
    }
  }

  /// The function of the system's library for each lane.
  private static func byLanes(_ function: VectorFunction, _ text: inout FunctionText) -> String {
    let type = function.type
    let element = type.element.rawValue
    let symbol = libraryName(function)
    let operands = function.operandCount == 2 ? ["%x", "%y"] : ["%x"]
    text.declare(
      "declare \(element) @\(symbol)(\(operands.map { _ in element }.joined(separator: ", ")))")
    var result = "poison"
    for lane in 0..<type.lanes {
      let arguments = operands.map { operand in
        let single = text.value("extractelement \(type.text) \(operand), i64 \(lane)")
        return "\(element) \(single)"
      }
      let single = text.value("call \(element) @\(symbol)(\(arguments.joined(separator: ", ")))")
      result = text.value(
        "insertelement \(type.text) \(result), \(element) \(single), i64 \(lane)")
    }
    return result
  }

  private static func libraryName(_ function: VectorFunction) -> String {
    let name = function.name == .power ? "pow" : function.name.rawValue
    return function.type.element == .f32 ? name + "f" : name
  }
}
