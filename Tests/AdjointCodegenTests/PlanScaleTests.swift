import AdjointCodegen
import AdjointCore
import AdjointKernels
import TestSupport
import Testing

/// What is spent on a kernel, and where its literals are, follows from the plan that it is compiled for.
@Suite(.enabled(if: CodeGenerator.installed != nil)) struct PlanScaleTests {
  private static let special: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -0x1p-130, 3e38, 88.9,
    -104,
  ]
  private static let inputs = special + (0..<52).map { Float($0) * 0.37 - 9 }

  /// f(x) · factor + addend.
  private func kernel(_ function: UnaryFunction, _ factor: Double, _ addend: Double) -> Kernel {
    var program = ScalarProgram()
    let x = program.append(.load(input: 0), .f32)
    let y = program.append(.unary(function, x), .f32)
    let c = program.append(.constant(ScalarLiteral(factor, .f32)), .f32)
    let product = program.append(.binary(.multiply, y, c), .f32)
    let d = program.append(.constant(ScalarLiteral(addend, .f32)), .f32)
    let sum = program.append(.binary(.add, product, d), .f32)
    let access = Access(.f32, extents: [Self.inputs.count], map: .identity(rank: 1))
    return .loopNest(
      LoopNest(
        extents: [Self.inputs.count], inputs: [.init(operand: 0, access: access)],
        program: program, outputs: [.init(result: 0, step: sum, access: access)]))
  }

  /// So many kernels that are none of those tested.
  private func others(_ count: Int) -> [Kernel] {
    (0..<count).map { kernel(.abs, 1.5 + Double($0), 0.25) }
  }

  /// The bits of what a kernel makes of the inputs; those of NaN are all the same.
  private func results(_ kernel: GeneratedKernel) -> [UInt32] {
    let table = kernel.literals.reversed().map { Int(truncatingIfNeeded: $0) } + [0]
    let count = Self.inputs.count
    var arena = Self.inputs + Array(repeating: 0, count: count)
    arena.withUnsafeMutableBytes { arena in
      table.withUnsafeBufferPointer { table in
        guard let base = arena.baseAddress, let first = table.baseAddress else { return }
        for piece in kernel.pieces {
          piece.run(base, first + table.count - 1, [4 * count], 0, piece.itemCount, base)
        }
      }
    }
    return arena[count...].map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
  }

  private func compiler() throws -> KernelCompiler {
    KernelCompiler(try #require(CodeGenerator.installed))
  }

  @Test("a plan has the same code whatever was compiled before it")
  func history() throws {
    let tested = kernel(.tanh, 0.3, 0.1)
    let plans = [[tested], others(70) + [tested], others(140) + [tested]]
    let alone = try plans.map { try compiler().compile($0, for: .reference)[tested] }
    #expect(alone.map { $0?.literals.count } == [0, 2, 2])
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
      let compiler = try compiler()
      // All are kept while the next are compiled.
      var kept: [[Kernel: GeneratedKernel]] = []
      for number in order {
        kept.append(compiler.compile(plans[number], for: .reference))
        let code = try #require(kept.last?[tested])
        #expect(code.literals == alone[number]?.literals)
        #expect(try results(code) == results(#require(alone[number])))
      }
      #expect(Set(kept.compactMap { $0[tested] }.map(ObjectIdentifier.init)).count == 3)
      #expect(
        compiler.compile(plans[0], for: .reference)[tested]
          === kept[order.firstIndex(of: 0) ?? 0][tested])
    }
  }

  @Test("a kernel gives the same bits in plans of every scale")
  func scales() throws {
    let tested = UnaryFunction.allCases.filter { $0 != .not }.flatMap {
      [kernel($0, 1, 0), kernel($0, 0.3, -0.7)]
    }
    let small = try compiler().compile(tested, for: .reference)
    for count in [70, 140] {
      let code = try compiler().compile(tested + others(count), for: .reference)
      for kernel in tested {
        let (a, b) = try (#require(small[kernel]), #require(code[kernel]))
        #expect(results(a) == results(b), "\(kernel)")
      }
    }
  }
}
