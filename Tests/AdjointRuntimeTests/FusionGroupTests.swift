import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite("Fusion groups")
struct FusionGroupTests {
  @Test("mean what the interpreter says", arguments: 0..<10)
  func randomGroups(block: Int) throws {
    for seed in block * 20..<(block + 1) * 20 {
      let sample = try RandomGroup(seed: seed, hasSpecials: block % 3 == 2)
      let kernel = Kernel.group(sample.group)
      let (found, wanted) = try runBoth([kernel], sample.operands, results: sample.results)
      for (x, y) in zip(found, wanted) {
        let same = agree(x, y, tolerance: 1e-4)
        #expect(same, "seed \(seed)\n\(KernelPrinter.lines(kernel).joined(separator: "\n"))")
      }
    }
  }

  @Test("give the same bits on any number of threads")
  func threadsDoNotChangeABit() throws {
    let (group, x) = try Self.softmax(rows: 3000, columns: 65)
    let result = TensorType(.f32, extents: [3000, 65])
    let plan = SinglePlan([.group(group)], operands: [x.type], results: [result])
    let alone = try plan.run([x], threads: 1)
    #expect(try plan.run([x], threads: 2) == alone)
    #expect(try plan.run([x], threads: 3) == alone)
  }

  @Test("give over an operand what they give beside it")
  func inPlace() throws {
    let (group, x) = try Self.softmax(rows: 37, columns: 19)
    let kernel = Kernel.group(group)
    #expect(kernel.mayAlias(result: 0, operand: 0))
    let apart = try runBoth([kernel], [x], results: [x.type])
    let over = try runBoth([kernel], [x], results: [x.type], over: [0: 0])
    #expect(over.found == apart.found)
    #expect(agree(over.found[0], apart.wanted[0], tolerance: 1e-5))
  }

  @Test("are refused where a stage reaches into another row")
  func otherRow() throws {
    var (group, _) = try Self.softmax(rows: 6, columns: 4)
    // The maximum of the row before the last, for every row.
    group.stages[1].nest.inputs[1].access.map.axes[0] = AxisIndex(axis: nil, start: 4)
    expectRefusal(group, "another row")
  }

  @Test("are refused where a value is read before it is written, or never written")
  func order() throws {
    var (group, _) = try Self.softmax(rows: 6, columns: 4)
    group.stages.swapAt(0, 1)
    expectRefusal(group, "before it is written")
    (group, _) = try Self.softmax(rows: 6, columns: 4)
    group.stages.removeLast()
    expectRefusal(group, "no stage writes")
    (group, _) = try Self.softmax(rows: 6, columns: 4)
    group.rows = 5
    expectRefusal(group, "rows")
  }

  private func expectRefusal(_ group: FusionGroup, _ message: String) {
    let type = TensorType(.f32, extents: [6, 4])
    let plan = SinglePlan([.group(group)], operands: [type], results: [type])
    for check in [
      { () throws in _ = try Executable(plan.plan) },
      { () throws in try PlanVerifier.verify(plan.plan) },
    ] {
      let error = #expect(throws: Diagnostic.self) { try check() }
      #expect(error?.code == .invalidPlan)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }

  /// The maximum of a row; exponentials and their sum; a division.
  private static func softmax(rows: Int, columns: Int) throws -> (FusionGroup, Tensor) {
    let all = Access(.f32, extents: [rows, columns], map: .identity(rank: 2))
    let row = Access(.f32, extents: [rows], map: .identity(rank: 1))
    func stage(
      _ inputs: [LoopNest.Input], _ outputs: (inout ScalarProgram, [Int]) -> [LoopNest.Output]
    ) -> FusionGroup.Stage {
      var program = ScalarProgram()
      let loads = inputs.indices.map { program.append(.load(input: $0), .f32) }
      let written = outputs(&program, loads)
      return .init(
        nest: LoopNest(
          extents: [rows, columns], inputs: inputs, program: program, outputs: written),
        rowAxes: 1)
    }
    // Values: 0 the result, 1 the maximum, 2 the exponentials, 3 their sum.
    let stages = [
      stage([.init(operand: 0, access: all)]) { _, loads in
        [.init(result: 1, step: loads[0], access: row, combiner: .maximum)]
      },
      stage([.init(operand: 0, access: all), .init(operand: 2, access: row)]) { program, loads in
        let shifted = program.append(.binary(.subtract, loads[0], loads[1]), .f32)
        let power = program.append(.unary(.exp, shifted), .f32)
        return [
          .init(result: 2, step: power, access: all),
          .init(result: 3, step: power, access: row, combiner: .sum),
        ]
      },
      stage([.init(operand: 3, access: all), .init(operand: 4, access: row)]) { program, loads in
        let share = program.append(.binary(.divide, loads[0], loads[1]), .f32)
        return [.init(result: 0, step: share, access: all)]
      },
    ]
    let group = FusionGroup(
      rows: rows, operandCount: 1, resultCount: 1,
      locals: [
        .init(scalarType: .f32, elementCount: rows),
        .init(scalarType: .f32, elementCount: rows * columns),
        .init(scalarType: .f32, elementCount: rows),
      ], stages: stages)
    let elements = (0..<rows * columns).map { Float(($0 * 37) % 101) / 20 - 2 }
    return (group, try Tensor(elements, extents: [rows, columns]))
  }
}
