import AdjointCore
import AdjointKernels

/// The functions of the kernel vocabulary; their meaning is that of `ScalarValue.apply`.
extension ProgramWriter {
  mutating func unary(
    _ function: UnaryFunction, _ scalarType: ScalarType, _ type: VectorType, _ x: String
  ) -> String {
    switch scalarType {
    case .f32, .f64: float(function, type, x)
    case .i32, .i64, .u8: integer(function, type, x, isSigned: scalarType != .u8)
    case .bool:
      function == .not ? text.binary("xor", type, x, text.integer(1, type)) : x
    }
  }

  private mutating func float(
    _ function: UnaryFunction, _ type: VectorType, _ x: String
  ) -> String {
    switch function {
    case .negate: return text.value("fneg \(type.text) \(x)")
    case .abs: return text.intrinsic("fabs", type, [x])
    case .sign:
      let zero = text.number(0, type)
      let positive = text.compare("ogt", type, x, zero)
      let negative = text.compare("olt", type, x, zero)
      let below = text.select(type, negative, text.number(-1, type), x)
      return text.select(type, positive, text.number(1, type), below)
    case .sqrt: return text.intrinsic("sqrt", type, [x])
    case .rsqrt:
      return text.binary("fdiv", type, text.number(1, type), text.intrinsic("sqrt", type, [x]))
    case .reciprocal: return text.binary("fdiv", type, text.number(1, type), x)
    case .floor: return text.intrinsic("floor", type, [x])
    case .ceil: return text.intrinsic("ceil", type, [x])
    case .round: return text.intrinsic("roundeven", type, [x])
    case .not:
      let isZero = text.compare("oeq", type, x, text.number(0, type))
      return text.convert("uitofp", isZero, type.of(.i1), type)
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tan, .tanh, .sigmoid, .softplus, .erf:
      return VectorFunction.Name(function).map { text.call($0, type, [x]) } ?? x
    }
  }

  private mutating func integer(
    _ function: UnaryFunction, _ type: VectorType, _ x: String, isSigned: Bool
  ) -> String {
    let zero = text.integer(0, type)
    switch function {
    case .negate: return text.binary("sub", type, zero, x)
    case .abs:
      guard isSigned else { return x }
      let isNegative = text.compare("slt", type, x, zero)
      return text.select(type, isNegative, text.binary("sub", type, zero, x), x)
    case .sign:
      let isPositive = text.compare(isSigned ? "sgt" : "ugt", type, x, zero)
      let one = text.select(type, isPositive, text.integer(1, type), zero)
      guard isSigned else { return one }
      let isNegative = text.compare("slt", type, x, zero)
      return text.select(type, isNegative, text.integer(-1, type), one)
    case .not:
      let isZero = text.compare("eq", type, x, zero)
      return text.convert("zext", isZero, type.of(.i1), type)
    case .floor, .ceil, .round: return x
    case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tan, .tanh, .sigmoid,
      .softplus, .erf:
      // Such programs are left to the portable loops: see `KernelModule.isSupported`.
      return x
    }
  }

  mutating func binary(
    _ function: BinaryFunction, _ scalarType: ScalarType, _ type: VectorType, _ x: String,
    _ y: String
  ) -> String {
    switch scalarType {
    case .f32, .f64: float(function, type, x, y)
    case .i32, .i64, .u8: integer(function, scalarType, type, x, y)
    case .bool: truth(function, type, x, y)
    }
  }

  private mutating func float(
    _ function: BinaryFunction, _ type: VectorType, _ x: String, _ y: String
  ) -> String {
    switch function {
    case .add: return text.binary("fadd", type, x, y)
    case .subtract: return text.binary("fsub", type, x, y)
    case .multiply: return text.binary("fmul", type, x, y)
    case .divide: return text.binary("fdiv", type, x, y)
    case .maximum:
      // The comparison is false where y is NaN, which then is the result; x is looked at apart.
      let chosen = text.select(type, text.compare("ogt", type, x, y), x, y)
      return text.select(type, text.compare("uno", type, x, x), x, chosen)
    case .minimum:
      // Of two zeros the first, as the maximum takes the second.
      let chosen = text.select(type, text.compare("olt", type, y, x), y, x)
      return text.select(type, text.compare("uno", type, y, y), y, chosen)
    case .power: return text.call(.power, type, [x, y])
    case .and, .or:
      let zero = text.number(0, type)
      let (a, b) = (text.compare("une", type, x, zero), text.compare("une", type, y, zero))
      let both = text.binary(function == .and ? "and" : "or", type.of(.i1), a, b)
      return text.convert("uitofp", both, type.of(.i1), type)
    }
  }

  private mutating func integer(
    _ function: BinaryFunction, _ scalarType: ScalarType, _ type: VectorType, _ x: String,
    _ y: String
  ) -> String {
    switch function {
    case .add: return text.binary("add", type, x, y)
    case .subtract: return text.binary("sub", type, x, y)
    case .multiply: return text.binary("mul", type, x, y)
    case .and: return text.binary("and", type, x, y)
    case .or: return text.binary("or", type, x, y)
    case .maximum, .minimum:
      let predicate = scalarType.sign + (function == .maximum ? "gt" : "lt")
      return text.select(type, text.compare(predicate, type, x, y), x, y)
    case .divide:
      // By 0 it is 0, by −1 the wrapping negative: neither may reach the instruction, which traps.
      let zero = text.integer(0, type)
      let one = text.integer(1, type)
      let byZero = text.compare("eq", type, y, zero)
      if scalarType == .u8 {
        let quotient = text.binary("udiv", type, x, text.select(type, byZero, one, y))
        return text.select(type, byZero, zero, quotient)
      }
      let byMinusOne = text.compare("eq", type, y, text.integer(-1, type))
      let isSpecial = text.binary("or", type.of(.i1), byZero, byMinusOne)
      let quotient = text.binary("sdiv", type, x, text.select(type, isSpecial, one, y))
      let negative = text.select(type, byMinusOne, text.binary("sub", type, zero, x), quotient)
      return text.select(type, byZero, zero, negative)
    case .power:
      // Such programs are left to the portable loops: see `KernelModule.isSupported`.
      return x
    }
  }

  private mutating func truth(
    _ function: BinaryFunction, _ type: VectorType, _ x: String, _ y: String
  ) -> String {
    switch function {
    case .add, .maximum, .or: return text.binary("or", type, x, y)
    case .multiply, .minimum, .and, .divide: return text.binary("and", type, x, y)
    case .subtract: return text.binary("xor", type, x, y)
    case .power:
      return text.binary("or", type, x, text.binary("xor", type, y, text.integer(1, type)))
    }
  }

  // MARK: Conversions

  /// The conversion of `ScalarValue.cast`.
  mutating func cast(
    _ x: String, from source: ScalarType, to target: ScalarType, _ lanes: Int
  ) -> String {
    if source == target { return x }
    let from = VectorType(source, lanes)
    let to = VectorType(target, lanes)
    switch (source, target) {
    case (.f32, .f64): return text.convert("fpext", x, from, to)
    case (.f64, .f32): return text.convert("fptrunc", x, from, to)
    case (.f32, .bool), (.f64, .bool):
      return text.compare("une", from, x, text.number(0, from))
    case (_, .bool): return text.compare("ne", from, x, text.integer(0, from))
    case (.f32, _), (.f64, _):
      let name = target == .u8 ? "fptoui" : "fptosi"
      let function = "@llvm.\(name).sat.\(to.suffix).\(from.suffix)"
      text.declare("declare \(to.text) \(function)(\(from.text))")
      return text.value("call \(to.text) \(function)(\(from.text) \(x))")
    case (_, .f32), (_, .f64):
      return text.convert(source.sign == "s" ? "sitofp" : "uitofp", x, from, to)
    case (.i64, _), (.i32, .u8): return text.convert("trunc", x, from, to)
    case (.bool, _), (.u8, _): return text.convert("zext", x, from, to)
    case (.i32, _): return text.convert("sext", x, from, to)
    }
  }
}
