import AdjointCore
import AdjointKernels

/// Writes the instructions of a scalar program, in vectors or in single lanes, where its loops are.
protocol ProgramWriter {
  var text: FunctionText { get set }
  /// The program.
  var steps: PerInstruction<ScalarProgram.Step> { get }
  /// The lanes of a value of this step.
  func lanes(of step: InstructionNumber) -> Int
  /// The value of a step that has been written, in so many lanes.
  mutating func spread(_ step: InstructionNumber, _ lanes: Int) -> String
  /// The element of an input at the point, or at the vector of points.
  mutating func load(_ input: Int) -> String
  /// The position of an axis, of the first point of a vector.
  mutating func position(of axis: AxisNumber) -> String
  /// A constant of the program.
  mutating func constant(
    _ constant: ScalarLiteral, _ scalarType: ScalarType, _ type: VectorType
  ) -> String
}

extension ProgramWriter {
  mutating func constant(
    _ constant: ScalarLiteral, _ scalarType: ScalarType, _ type: VectorType
  ) -> String { literal(constant, type) }

  /// Writes a step and returns the name of its value.
  mutating func write(_ step: InstructionNumber) -> String {
    let source = steps[step]
    let type = VectorType(source.type, lanes(of: step))
    switch source.instruction {
    case .load(let input): return load(input)
    case .constant(let constant): return self.constant(constant, source.type, type)
    case .index(let index): return self.index(index, type, source.type)
    case .unary(let function, let a):
      return unary(function, source.type, type, spread(a, type.lanes))
    case .binary(let function, let a, let b):
      return binary(
        function, source.type, type, spread(a, type.lanes), spread(b, type.lanes))
    case .compare(let comparison, let a, let b):
      let operand = VectorType(steps[a].type, type.lanes)
      let predicate = comparison.predicate(steps[a].type)
      return text.compare(
        predicate, operand, spread(a, type.lanes), spread(b, type.lanes))
    case .select(let condition, let x, let y):
      return text.select(
        type, spread(condition, type.lanes), spread(x, type.lanes), spread(y, type.lanes))
    case .cast(let a):
      return cast(spread(a, type.lanes), from: steps[a].type, to: source.type, type.lanes)
    }
  }

  /// A constant in all lanes.
  mutating func literal(_ literal: ScalarLiteral, _ type: VectorType) -> String {
    switch (type.element, literal) {
    case (.f32, _), (.f64, _): text.number(literal.double, type)
    case (_, .integer(let value)): text.integer(value, type)
    case (_, .floating): text.integer(Int64(clampedConversion: literal.double), type)
    }
  }

  /// `start + step · position` in the type of the step.
  private mutating func index(
    _ index: AxisIndex, _ type: VectorType, _ scalarType: ScalarType
  ) -> String {
    let wide = type.of(.i64)
    guard let axis = index.axis else {
      return cast(text.integer(Int64(index.start), wide), from: .i64, to: scalarType, type.lanes)
    }
    let scaled = text.value("mul i64 \(position(of: axis)), \(index.step)")
    let first = text.value("add i64 \(scaled), \(index.start)")
    let single = text.value("insertelement <1 x i64> poison, i64 \(first), i64 0")
    var place = text.spread(single, wide)
    if wide.lanes > 1 {
      let distances = (0..<wide.lanes).map { "i64 \($0 * index.step)" }.joined(separator: ", ")
      place = text.value("add \(wide.text) \(place), <\(distances)>")
    }
    return cast(place, from: .i64, to: scalarType, type.lanes)
  }
}

extension Comparison {
  /// The predicate of LLVM; with NaN only `une` holds.
  func predicate(_ type: ScalarType) -> String {
    switch type {
    case .f32, .f64:
      switch self {
      case .equal: "oeq"
      case .notEqual: "une"
      case .less: "olt"
      case .lessOrEqual: "ole"
      case .greater: "ogt"
      case .greaterOrEqual: "oge"
      }
    case .i32, .i64, .u8, .bool:
      switch self {
      case .equal: "eq"
      case .notEqual: "ne"
      case .less: type.sign + "lt"
      case .lessOrEqual: type.sign + "le"
      case .greater: type.sign + "gt"
      case .greaterOrEqual: type.sign + "ge"
      }
    }
  }
}

extension ScalarType {
  /// The letter of LLVM's signed or unsigned instructions.
  var sign: String { self == .i32 || self == .i64 ? "s" : "u" }
}
