import AdjointCore

/// A scalar program of complex numbers, written in real ones: for each step of a program its real and its imaginary part.
///
/// Functions that are analytic are theirs on the complex plane, for imaginary parts whose squares vanish beside the
/// real parts. Those that are analytic piece by piece, such as the absolute value, take the piece that the real part
/// is in.
struct ComplexProgram {
  /// The number of a step, of this program or of the one it is written from.
  typealias Step = InstructionNumber

  /// The numbers of a step's parts; without an imaginary part it is 0 for certain.
  struct Parts {
    var real: Step
    var imaginary: Step?
  }

  private(set) var program = ScalarProgram()
  private(set) var parts: PerInstruction<Parts> = []
  /// For each load of the new program the input of the old one, and whether its imaginary part is meant.
  private(set) var loads: [(input: Int, isImaginary: Bool)] = []

  /// - Parameters:
  ///   - nest: The nest whose program is written.
  ///   - isComplex: For each operand of the nest whether it has an imaginary part.
  /// - Throws: `.notDifferentiable` for a function that has no complex form here.
  init(_ nest: LoopNest, isComplex: [Bool]) throws(Diagnostic) {
    for step in nest.program.steps {
      parts.append(try written(step, nest, isComplex))
    }
  }

  private mutating func written(
    _ step: ScalarProgram.Step, _ nest: LoopNest, _ isComplex: [Bool]
  ) throws(Diagnostic) -> Parts {
    let type = step.type
    switch step.instruction {
    case .load(let input):
      let real = load(input, isImaginary: false, type)
      guard let operand = nest.inputs[input].source.operand, isComplex[operand] else {
        return Parts(real: real)
      }
      return Parts(real: real, imaginary: load(input, isImaginary: true, type))
    case .constant, .index: return Parts(real: program.append(step.instruction, type))
    case .unary(let function, let a): return try unary(function, parts[a], type)
    case .binary(let function, let a, let b): return binary(function, parts[a], parts[b], type)
    case .compare(let comparison, let a, let b):
      return Parts(real: program.append(.compare(comparison, parts[a].real, parts[b].real), type))
    case .select(let condition, let a, let b):
      return select(parts[condition].real, parts[a], parts[b], type)
    case .cast(let a):
      let real = program.append(.cast(parts[a].real), type)
      guard let imaginary = parts[a].imaginary, type.isDifferentiable else {
        return Parts(real: real)
      }
      // In single precision the step would be nothing.
      guard type == .f64 else { throw Self.needsDoubles }
      return Parts(real: real, imaginary: program.append(.cast(imaginary), type))
    }
  }

  static var needsDoubles: Diagnostic {
    Diagnostic(
      .scalarTypeMismatch,
      "a complex step needs double precision all the way; build the graph in f64")
  }

  private mutating func load(_ input: Int, isImaginary: Bool, _ type: ScalarType) -> Step {
    loads.append((input, isImaginary))
    return program.append(.load(input: loads.count - 1), type)
  }

  private mutating func select(
    _ condition: Step, _ a: Parts, _ b: Parts, _ type: ScalarType
  ) -> Parts {
    let real = program.append(.select(condition, a.real, b.real), type)
    if a.imaginary == nil, b.imaginary == nil { return Parts(real: real) }
    let zero = number(0)
    return Parts(
      real: real,
      imaginary: program.append(
        .select(condition, a.imaginary ?? zero, b.imaginary ?? zero), type))
  }
}

// Arithmetic in double precision.
extension ComplexProgram {
  private mutating func number(_ value: Double) -> Step {
    program.append(.constant(ScalarLiteral(value, .f64)), .f64)
  }

  private mutating func apply(_ function: UnaryFunction, _ x: Step) -> Step {
    program.append(.unary(function, x), .f64)
  }

  private mutating func apply(_ function: BinaryFunction, _ x: Step, _ y: Step) -> Step {
    program.append(.binary(function, x, y), .f64)
  }

  private mutating func square(_ x: Step) -> Step { apply(.multiply, x, x) }

  /// sinh(x) = (expm1(x) − expm1(−x)) / 2.
  private mutating func sinh(_ x: Step) -> Step {
    let (up, down) = (apply(.expm1, x), apply(.expm1, apply(.negate, x)))
    return apply(.multiply, number(0.5), apply(.subtract, up, down))
  }

  /// cosh(x) = (eˣ + e⁻ˣ) / 2.
  private mutating func cosh(_ x: Step) -> Step {
    let (up, down) = (apply(.exp, x), apply(.exp, apply(.negate, x)))
    return apply(.multiply, number(0.5), apply(.add, up, down))
  }

  /// 0 where a number is another, which a quotient or a product with infinity would not be, and else a part.
  private mutating func unless(_ x: Step, is value: Double, _ part: Step) -> Step {
    let isValue = program.append(.compare(.equal, x, number(value)), .bool)
    return program.append(.select(isValue, number(0), part), .f64)
  }

  private mutating func isLess(_ x: Step, _ y: Step) -> Step {
    program.append(.compare(.less, x, y), .bool)
  }

  // MARK: One operand

  /// A function of a + ib.
  private mutating func unary(
    _ function: UnaryFunction, _ z: Parts, _ type: ScalarType
  ) throws(Diagnostic) -> Parts {
    // What the real part is, is what the function of it is: b² is nothing beside it.
    let real = program.append(.unary(function, z.real), type)
    guard let b = z.imaginary else { return Parts(real: real) }
    let a = z.real
    return Parts(real: real, imaginary: try imaginary(function, a, b, real))
  }

  /// The imaginary part of a function of a + ib; nil where it jumps or is constant.
  private mutating func imaginary(
    _ function: UnaryFunction, _ a: Step, _ b: Step, _ real: Step
  ) throws(Diagnostic) -> Step? {
    switch function {
    case .negate: return apply(.negate, b)
    case .abs:
      let isNegative = isLess(a, number(0))
      return program.append(.select(isNegative, apply(.negate, b), b), .f64)
    case .sign, .floor, .ceil, .round, .not: return nil
    // e^(a + ib) = eᵃ·(cos b + i·sin b)
    case .exp: return apply(.multiply, real, apply(.sin, b))
    case .expm1: return apply(.multiply, apply(.exp, a), apply(.sin, b))
    // The angle of a + ib, and of 1 + a + ib.
    case .log: return unless(b, is: 0, apply(.divide, b, a))
    case .log1p: return unless(b, is: 0, apply(.divide, b, apply(.add, number(1), a)))
    // √z has the half of z's angle, and 1/√z the opposite of it.
    case .sqrt: return unless(b, is: 0, apply(.multiply, number(0.5), apply(.divide, b, real)))
    case .rsqrt:
      let angle = apply(.multiply, number(-0.5), apply(.divide, b, a))
      return unless(b, is: 0, apply(.multiply, real, apply(.sin, angle)))
    case .reciprocal:
      // (a − ib) / |z|², divided twice since the square may overflow.
      return unless(b, is: 0, apply(.divide, apply(.divide, apply(.negate, b), a), a))
    case .sin: return apply(.multiply, apply(.cos, a), sinh(b))
    case .cos: return apply(.negate, apply(.multiply, apply(.sin, a), sinh(b)))
    case .tan:
      // tan z = (sin a·cos a + i·sinh b·cosh b) / (cos² a + sinh² b)
      let below = apply(.add, square(apply(.cos, a)), square(sinh(b)))
      return apply(.divide, apply(.multiply, sinh(b), cosh(b)), below)
    case .tanh: return hyperbolicTangent(a, b)
    case .sigmoid:
      // σ(z) = (1 + tanh(z/2)) / 2
      let half = number(0.5)
      return apply(
        .multiply, half,
        hyperbolicTangent(apply(.multiply, half, a), apply(.multiply, half, b)))
    case .softplus: return softplus(a, b)
    case .erf:
      throw Diagnostic(
        .notDifferentiable,
        "erf has no complex form here; take a difference, by numericalGradient or numericalTangent")
    }
  }

  /// tanh z = (sinh a·cosh a + i·sin b·cos b) / (sinh² a + cos² b).
  private mutating func hyperbolicTangent(_ a: Step, _ b: Step) -> Step {
    let below = apply(.add, square(sinh(a)), square(apply(.cos, b)))
    return apply(.divide, apply(.multiply, apply(.sin, b), apply(.cos, b)), below)
  }

  /// The angle of 1 + e^z, from e^(−|a|) so that nothing overflows: log(1 + e^z) = z + log(1 + e^−z).
  private mutating func softplus(_ a: Step, _ b: Step) -> Step {
    let power = apply(.exp, apply(.negate, apply(.abs, a)))
    let above = apply(.multiply, power, apply(.sin, b))
    let angle = apply(
      .divide, above, apply(.add, number(1), apply(.multiply, power, apply(.cos, b))))
    let isNegative = isLess(a, number(0))
    return program.append(.select(isNegative, angle, apply(.subtract, b, angle)), .f64)
  }

  // MARK: Two operands

  /// A function of a + ib and c + id.
  private mutating func binary(
    _ function: BinaryFunction, _ x: Parts, _ y: Parts, _ type: ScalarType
  ) -> Parts {
    let real = program.append(.binary(function, x.real, y.real), type)
    if x.imaginary == nil, y.imaginary == nil { return Parts(real: real) }
    let (a, c) = (x.real, y.real)
    let imaginary: Step? =
      switch function {
      case .add: sum(x.imaginary, y.imaginary)
      case .subtract: sum(x.imaginary, y.imaginary.map { apply(.negate, $0) })
      case .multiply:
        sum(
          x.imaginary.map { apply(.multiply, $0, c) }, y.imaginary.map { apply(.multiply, a, $0) })
      // (b − (a/c)·d) / c
      case .divide:
        sum(x.imaginary, y.imaginary.map { apply(.negate, apply(.multiply, real, $0)) })
          .map { unless($0, is: 0, apply(.divide, $0, c)) }
      case .power: power(x, y, real)
      case .maximum: extremum(x, y, .greaterOrEqual)
      case .minimum: extremum(x, y, .lessOrEqual)
      case .and, .or: nil
      }
    return Parts(real: real, imaginary: imaginary)
  }

  private mutating func sum(_ x: Step?, _ y: Step?) -> Step? {
    guard let x else { return y }
    guard let y else { return x }
    return apply(.add, x, y)
  }

  /// z^w = |z|^c·e^(i·c·b/a) for a real exponent c; e^(w·log z) for any other, which exists for a above 0.
  private mutating func power(_ x: Parts, _ y: Parts, _ real: Step) -> Step? {
    let (a, c) = (x.real, y.real)
    let ofBase = x.imaginary.map { b in
      // |z|^(c − 1)·c·b, which is finite where a is 0.
      let slope = apply(.power, a, apply(.subtract, c, number(1)))
      return unless(c, is: 0, unless(b, is: 0, apply(.multiply, apply(.multiply, c, b), slope)))
    }
    let ofExponent = y.imaginary.map { d in
      let angle = apply(.multiply, d, apply(.log, a))
      let isOutside = program.append(.compare(.lessOrEqual, a, number(0)), .bool)
      let part = apply(.multiply, real, apply(.sin, angle))
      return program.append(.select(isOutside, number(0), unless(d, is: 0, part)), .f64)
    }
    return sum(ofBase, ofExponent)
  }

  private mutating func extremum(_ x: Parts, _ y: Parts, _ comparison: Comparison) -> Step {
    let zero = number(0)
    let isFirst = program.append(.compare(comparison, x.real, y.real), .bool)
    return program.append(.select(isFirst, x.imaginary ?? zero, y.imaginary ?? zero), .f64)
  }
}
