import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Every function of the kernel vocabulary, over every type that has it, on values that try its
/// rules; more of them than one tile holds.
@Suite struct ScalarFunctionTests {
  private static let numbers: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, 1e-45, -1e-45, 1e-38, 0x1p-1070, -0x1p-1070, 0.25, 0.5,
    1.5,
    2.5, 3.5, -0.5, -1.5, -2.5, 0.3, 0.62, 0.63, 0.7, 0.999, 1, -1, 2, 3, 10, 20, 44, 50, 87, 88,
    88.72, 88.73, 89, -87, -88, -100, -103, -104, -150, 709, 710, -745, -746, 1e10, -1e10,
    8388607.5, 8388609, 4503599627370495.5, 2147483647, 2147483648, -2147483648, -2147483904, 1e30,
    -1e30, 255, 256, 255.5, -3.7, 3.99,
  ]

  private func operand(_ type: ScalarType, region: Int) throws -> Tensor {
    switch type {
    case .f32, .f64:
      var values = Self.numbers
      for place in values.count..<1500 {
        let fraction = Double(place * region % 2003) / 1001.5
        values.append(20 * fraction - 20)
      }
      return try Tensor(Tensor.Storage(casting: values, as: type), extents: [1500])
    case .i32:
      let values: [Int32] = [.min, .max, .min + 1, -7, -2, -1, 0, 1, 2, 3, 31, 1000]
      return try Tensor(.i32((0..<1500).map { values[$0 * region % 12] }), extents: [1500])
    case .i64:
      let values: [Int64] = [.min, .max, .min + 1, -7, -2, -1, 0, 1, 2, 3, 62, 1 << 53 + 1]
      return try Tensor(.i64((0..<1500).map { values[$0 * region % 12] }), extents: [1500])
    case .u8:
      return try Tensor(
        .u8((0..<1500).map { UInt8(truncatingIfNeeded: $0 * region) }), extents: [1500])
    case .bool:
      return try Tensor(.bool((0..<1500).map { $0 * region % 3 == 0 }), extents: [1500])
    }
  }

  /// A nest over 1500 points that applies one instruction; scalar operands come from one place.
  private func nest(
    _ instruction: ScalarInstruction, _ operands: [ScalarType], _ result: ScalarType,
    scalars: Set<Int> = []
  ) -> LoopNest {
    var program = ScalarProgram()
    var inputs: [LoopNest.Input] = []
    for (number, type) in operands.enumerated() {
      let index = scalars.contains(number) ? AxisIndex(axis: nil, start: 12) : AxisIndex(axis: 0)
      inputs.append(
        .init(operand: number, access: Access(type, extents: [1500], map: IndexMap([index]))))
      program.append(.load(input: number), type)
    }
    let step = program.append(instruction, result)
    return LoopNest(
      extents: [1500], inputs: inputs, program: program,
      outputs: [
        .init(
          result: 0, step: step,
          access: Access(result, extents: [1500], map: .identity(rank: 1)))
      ])
  }

  private func check(
    _ instruction: ScalarInstruction, _ types: [ScalarType], _ result: ScalarType,
    scalars: Set<Int> = [], tolerance: Double = 0
  ) throws {
    let operands = try types.enumerated().map { try operand($1, region: [1, 7, 11][$0]) }
    let nest = nest(instruction, types, result, scalars: scalars)
    let (found, wanted) = try runBoth(
      .loopNest(nest), operands, results: [TensorType(result, extents: [1500])])
    let same = agree(found[0], wanted[0], tolerance: tolerance)
    #expect(same, "\(instruction) \(types) \(scalars)")
  }

  @Test(arguments: UnaryFunction.allCases)
  func unary(function: UnaryFunction) throws {
    for type in ScalarType.allCases {
      try check(
        .unary(function, 0), [type], type,
        tolerance: type == .f32
          ? Self.tolerance(function) : type == .f64 ? Self.doubleTolerance(function) : 0)
    }
  }

  /// What a unary function may lose in `f32`, relative: none for what is exact, else a few units in
  /// the last place (1.2e-7).
  private static func tolerance(_ function: UnaryFunction) -> Double {
    switch function {
    case .negate, .abs, .sign, .sqrt, .reciprocal, .floor, .ceil, .round, .not: 0
    case .exp, .expm1, .log, .log1p, .rsqrt, .sin, .cos, .tan, .tanh, .sigmoid, .softplus, .erf:
      3e-7
    }
  }

  /// What a unary function may lose in `f64`, relative: that of the system's library loses nothing,
  /// code of our own at most 2 units in the last place (2.2e-16), and the interpreter one and a half.
  private static func doubleTolerance(_ function: UnaryFunction) -> Double {
    switch function {
    case .negate, .abs, .sign, .sqrt, .rsqrt, .reciprocal, .floor, .ceil, .round, .not: 0
    case .expm1, .log1p, .tan, .erf: 0
    case .exp, .log, .sin, .cos, .tanh, .sigmoid, .softplus: 8e-16
    }
  }

  @Test(arguments: BinaryFunction.allCases)
  func binary(function: BinaryFunction) throws {
    for type in ScalarType.allCases {
      for scalars in [[], [0], [1], [0, 1]] as [Set<Int>] {
        try check(
          .binary(function, 0, 1), [type, type], type, scalars: scalars,
          tolerance: function == .power && type == .f32 ? 3e-7 : 0)
      }
    }
  }

  @Test(arguments: Comparison.allCases)
  func comparison(comparison: Comparison) throws {
    for type in ScalarType.allCases {
      for scalars in [[], [0], [1], [0, 1]] as [Set<Int>] {
        try check(.compare(comparison, 0, 1), [type, type], .bool, scalars: scalars)
      }
    }
  }

  @Test(arguments: ScalarType.allCases)
  func cast(from: ScalarType) throws {
    for type in ScalarType.allCases { try check(.cast(0), [from], type) }
  }

  @Test(arguments: ScalarType.allCases)
  func select(type: ScalarType) throws {
    for mask in 0..<8 {
      let scalars = Set((0..<3).filter { mask & (1 << $0) != 0 })
      try check(.select(0, 1, 2), [.bool, type, type], type, scalars: scalars)
    }
  }

  @Test(arguments: Comparison.allCases)
  func selectionByComparison(comparison: Comparison) throws {
    for type in [ScalarType.f32, .f64] {
      for mask in 0..<16 {
        var program = ScalarProgram()
        var inputs: [LoopNest.Input] = []
        for number in 0..<4 {
          let isScalar = mask & (1 << number) != 0
          let index = isScalar ? AxisIndex(axis: nil, start: 30) : AxisIndex(axis: 0)
          inputs.append(
            .init(
              operand: number % 3, access: Access(type, extents: [1500], map: IndexMap([index]))))
          program.append(.load(input: number), type)
        }
        let truth = program.append(.compare(comparison, 0, 1), .bool)
        let chosen = program.append(.select(truth, 2, 3), type)
        let access = Access(type, extents: [1500], map: .identity(rank: 1))
        let nest = LoopNest(
          extents: [1500], inputs: inputs, program: program,
          outputs: [.init(result: 0, step: chosen, access: access)])
        let operands = try [1, 7, 11].map { try operand(type, region: $0) }
        let (found, wanted) = try runBoth(
          .loopNest(nest), operands, results: [TensorType(type, extents: [1500])])
        let same = agree(found[0], wanted[0])
        #expect(same, "\(comparison) \(type) \(mask)")
      }
    }
  }

  @Test func functionsOfOurOwnAreWithinTwoUnits() throws {
    for (function, from, to) in [
      (UnaryFunction.exp, -87.0, 88.7), (.tanh, -10, 10), (.log, 1e-6, 3), (.log, 1e-3, 1e6),
    ] {
      let count = 100_000
      let values = (0..<count).map { Float(from + (to - from) * Double($0) / Double(count - 1)) }
      var program = ScalarProgram()
      program.append(.load(input: 0), .f32)
      let step = program.append(.unary(function, 0), .f32)
      let access = Access(.f32, extents: [count], map: .identity(rank: 1))
      let nest = LoopNest(
        extents: [count], inputs: [.init(operand: 0, access: access)], program: program,
        outputs: [.init(result: 0, step: step, access: access)])
      let type = TensorType(.f32, extents: [count])
      let found = try SinglePlan(.loopNest(nest), operands: [type], results: [type])
        .run([try Tensor(values)])[0].floats
      var worst = 0.0
      for (x, y) in zip(values, found) {
        let exact = function.value(at: Double(x))
        worst = max(worst, (Double(y) - exact).magnitude / Double(Float(exact).ulp))
      }
      #expect(worst <= 2, "\(function) is \(worst) units off")
    }
  }
}
