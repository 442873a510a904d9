import AdjointCore
import AdjointGraph

// The operators as patterns are written with them: what is looked for and what is put in place read as formulas.
// They are nowhere public, and stand beside the builder's spellings of the same names.

/// The variables of patterns.
extension Rewrite {
  static let x = Pattern.variable("x")
  static let y = Pattern.variable("y")
  static let z = Pattern.variable("z")
  static let a = Pattern.variable("a")
  static let b = Pattern.variable("b")
  static let c = Pattern.variable("c")
  static let d = Pattern.variable("d")
  static let m = Pattern.variable("m")
  static let n = Pattern.variable("n")
  static let s = Pattern.variable("s")
}

// Arithmetic.
extension Pattern {
  static func + (left: Pattern, right: Pattern) -> Pattern {
    .applying(Add(), to: [left, right], order: .either)
  }

  static func - (left: Pattern, right: Pattern) -> Pattern {
    .applying(Subtract(), to: [left, right])
  }

  static func * (left: Pattern, right: Pattern) -> Pattern {
    .applying(Multiply(), to: [left, right], order: .either)
  }

  static func / (left: Pattern, right: Pattern) -> Pattern {
    .applying(Divide(), to: [left, right])
  }

  static prefix func - (x: Pattern) -> Pattern { .applying(Negate(), to: [x]) }

  /// A product with a factor that is written first and looked for at the second place first, where the builder
  /// leaves numbers.
  func scaled(by factor: Pattern) -> Pattern {
    let parts: [Notation.Part] = [
      .operand(1, atLeast: .product), .text(" · "), .operand(0, atLeast: .product),
    ]
    return .applying(
      Multiply(), to: [self, factor], order: .either,
      notation: Notation(.product, text: parts, latex: []))
  }
}

// Numbers.
extension Pattern {
  /// The same number everywhere; 0 and −0 both count as 0.
  static func number(_ number: Double) -> Pattern {
    let text = String(number.formatted).replacing("-", with: "−")
    return .leaf(
      text, number < 0 ? .prefix : .atom, where: { $0.isConstant(number) },
      make: { $0.full(number, $1) })
  }

  static let zero = number(0)
  static let one = number(1)

  /// Truth values, all the same.
  static let allTrue = Pattern.leaf("true", where: { $0.isConstant(1) })
  static let allFalse = Pattern.leaf("false", where: { $0.isConstant(0) })

  /// A number everywhere, of floating point, known by a variable.
  static func anyNumber(_ variable: Pattern) -> Pattern {
    .leaf(
      "\(variable)", as: "\(variable)",
      where: { $0.scalarType.isDifferentiable && $0.constantNumber != nil })
  }

  /// A number that a power is raised to, also where numbers are yet to be subtracted from it.
  static func exponent(_ number: Double) -> Pattern {
    .leaf(
      String(number.formatted).replacing("-", with: "−"),
      where: { $0.differenceOfNumbers == number })
  }
}

extension Double {
  /// `2` for 2 and `½` for 0.5.
  fileprivate var formatted: String {
    if self == 0.5 { return "½" }
    return Int(exactly: self).map { String($0) } ?? "\(self)"
  }
}

// Functions.
func exp(_ x: Pattern) -> Pattern { .applying(Exp(), to: [x]) }
func expm1(_ x: Pattern) -> Pattern { .applying(Expm1(), to: [x]) }
func log(_ x: Pattern) -> Pattern { .applying(Log(), to: [x]) }
func log1p(_ x: Pattern) -> Pattern { .applying(Log1p(), to: [x]) }
func sigmoid(_ x: Pattern) -> Pattern { .applying(Sigmoid(), to: [x]) }
func softplus(_ x: Pattern) -> Pattern { .applying(Softplus(), to: [x]) }
func tanh(_ x: Pattern) -> Pattern { .applying(Tanh(), to: [x]) }
func sqrt(_ x: Pattern) -> Pattern { .applying(Sqrt(), to: [x]) }
func rsqrt(_ x: Pattern) -> Pattern { .applying(Rsqrt(), to: [x]) }
func abs(_ x: Pattern) -> Pattern { .applying(Abs(), to: [x]) }
func stopGradient(_ x: Pattern) -> Pattern { .applying(StopGradient(), to: [x]).byName }

/// Written closer together than a quotient, which is another operator.
func reciprocal(_ x: Pattern) -> Pattern {
  .applying(
    Reciprocal(), to: [x],
    notation: Notation(.product, text: [.text("1/"), .operand(0, atLeast: .prefix)], latex: []))
}

/// 1/x, by either operator.
func inverse(_ x: Pattern) -> Pattern { .either(reciprocal(x), .one / x) }

func pow(_ x: Pattern, _ exponent: Pattern) -> Pattern { .applying(Power(), to: [x, exponent]) }
func max(_ x: Pattern, _ y: Pattern) -> Pattern { .applying(Maximum(), to: [x, y]) }
func min(_ x: Pattern, _ y: Pattern) -> Pattern { .applying(Minimum(), to: [x, y]) }

// Truth values.
extension Pattern {
  static func .& (left: Pattern, right: Pattern) -> Pattern {
    .applying(
      And(), to: [left, right], order: .either, notation: .infix("∧", "", .product))
  }

  static func .| (left: Pattern, right: Pattern) -> Pattern {
    .applying(Or(), to: [left, right], order: .either, notation: .infix("∨", "", .sum))
  }

  static prefix func .! (x: Pattern) -> Pattern {
    .applying(
      LogicalNot(), to: [x],
      notation: Notation(.prefix, text: [.text("¬"), .operand(0, atLeast: .prefix)], latex: []))
  }

  static func .== (left: Pattern, right: Pattern) -> Pattern {
    .applying(Equal(), to: [left, right])
  }

  static func .!= (left: Pattern, right: Pattern) -> Pattern {
    .applying(NotEqual(), to: [left, right])
  }
}

func select(_ condition: Pattern, _ ifTrue: Pattern, _ ifFalse: Pattern) -> Pattern {
  .applying(Select(), to: [condition, ifTrue, ifFalse]).byName
}

// Operators that have attributes, which may be any.
func cast(_ x: Pattern) -> Pattern { .any(Cast.self, of: [x]) }
func reshape(_ x: Pattern) -> Pattern { .any(Reshape.self, of: [x]) }
func broadcast(_ x: Pattern) -> Pattern { .any(Broadcast.self, of: [x]) }
func transpose(_ x: Pattern) -> Pattern { .any(Transpose.self, of: [x]) }
func reduceSum(_ x: Pattern) -> Pattern { .any(ReduceSum.self, of: [x]) }
func dotGeneral(_ x: Pattern, _ y: Pattern) -> Pattern { .any(DotGeneral.self, of: [x, y]) }

/// A value beneath any number of reshapes.
func reshaped(_ x: Pattern) -> Pattern { .beneath([Reshape.self], x) }

/// A value beneath any number of reshapes and broadcasts.
func viewed(_ x: Pattern) -> Pattern { .beneath([Reshape.self, Broadcast.self], x) }

extension Rewrite.Condition {
  static let floatingPoint = Rewrite.Condition("x is floating point") {
    $0.resultType.scalarType.isDifferentiable
  }
}

extension Match {
  /// The number that a variable's value is everywhere.
  func number(_ variable: Pattern) -> Double? { self[variable].constantNumber }

  /// A number in a value of the result's type.
  func full(_ number: Double) -> Value { builder.full(number, resultType) }

  /// A product with a number, of the result's type.
  func product(_ x: Value, _ number: Double) -> Value {
    builder.apply(Multiply(), [x, full(number)])
  }
}
