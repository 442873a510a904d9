import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

@Suite("Fusion groups")
struct FusionGroupTests {
  @Test("mean what the interpreter says", arguments: 0..<10)
  func randomGroups(block: Int) throws {
    let seeds = Array(block * 20..<(block + 1) * 20)
    let samples = try seeds.map { seed in
      let sample = try RandomGroup(seed: seed, hasSpecials: block % 3 == 2)
      return KernelSample(
        kernel: .group(sample.group), operands: sample.operands, results: sample.results)
    }
    try runBoth(samples) { number, pair in
      let same = agree(pair.found, pair.wanted, tolerance: 1e-4)
      let lines = KernelPrinter.lines(samples[number].kernel).joined(separator: "\n")
      #expect(same, "seed \(seeds[number])\n\(lines)")
    }
  }

  @Test("give the same bits on any number of threads")
  func threadsDoNotChangeABit() throws {
    let (group, x) = try Self.softmax(rows: 3000, columns: 65)
    let result = TensorType(.f32, extents: [3000, 65])
    let plan = SinglePlan(.group(group), operands: [x.type], results: [result])
    let alone = try plan.run([x], threads: 1)
    #expect(try plan.run([x], threads: 2) == alone)
    #expect(try plan.run([x], threads: 3) == alone)
  }

  @Test("give over an operand what they give beside it")
  func inPlace() throws {
    let (group, x) = try Self.softmax(rows: 37, columns: 19)
    let kernel = Kernel.group(group)
    #expect(kernel.mayAlias(result: 0, operand: 0))
    let apart = try runBoth(kernel, [x], results: [x.type])
    let over = try runBoth(kernel, [x], results: [x.type], over: [0: 0])
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
    let plan = SinglePlan(.group(group), operands: [type], results: [type])
    let error = #expect(throws: Diagnostic.self) { try VerifiedPlan(verifying: plan.plan) }
    #expect(error?.code == .invalidPlan)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// The maximum of a row; exponentials and their sum; a division.
  private static func softmax(rows: Int, columns: Int) throws -> (FusionGroup, Tensor) {
    let group = EveryKernelPlan.softmax(rows: rows, columns: columns)
    let elements = (0..<rows * columns).map { Float(($0 * 37) % 101) / 20 - 2 }
    return (group, try Tensor(elements, extents: [rows, columns]))
  }
}
