import AdjointCore

extension ScalarInstruction {
  /// What the instruction takes at the points of one vector, as a multiple of what a simple one takes.
  ///
  /// Functions are weighed as measured on a processor with vectors of 64 bytes.
  fileprivate func weight(_ type: ScalarType) -> Int {
    switch self {
    case .constant, .index: 0
    case .unary(let function, _): function.weight(type)
    case .binary(.power, _, _): type == .f64 ? UnaryFunction.elementByElement : 78
    case .load, .binary, .compare, .select, .cast: 1
    }
  }
}

extension UnaryFunction {
  /// A function of f64 of the system's library, lane by lane.
  fileprivate static let elementByElement = 600

  fileprivate func weight(_ type: ScalarType) -> Int {
    switch self {
    case .exp, .log, .sin, .cos, .tanh, .sigmoid, .softplus: type == .f64 ? 40 : 14
    case .erf: type == .f64 ? Self.elementByElement : 14
    case .expm1: type == .f64 ? Self.elementByElement : 25
    case .log1p, .tan: type == .f64 ? Self.elementByElement : 38
    case .negate, .abs, .sign, .floor, .ceil, .round, .sqrt, .rsqrt, .reciprocal, .not: 1
    }
  }
}

extension Sequence<ScalarProgram.Step> {
  /// What the steps take at the points of one vector, as a multiple of what a simple one takes, where so many
  /// outputs are stored or combined.
  func weight(outputCount: Int) -> Int {
    reduce(2 * outputCount) { $0 + $1.instruction.weight($1.type) }
  }
}

extension StridedNest {
  /// What the program takes at the points of one vector, as a multiple of what a simple instruction takes.
  package var weight: Int { steps.weight(outputCount: outputs.count) }
}
