import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

/// The same kernels for processors with narrower vectors, where this one can run their code.
@Suite(.enabled(if: CodeGenerator.installed != nil)) struct OtherProcessorTests {
  struct Processor: Sendable, CustomTestStringConvertible {
    var name: String
    var features: [String]
    var vectorByteCount: Int
    var testDescription: String { name }

    private var missing: Set<String> {
      let present = CodeGenerator.installed?.machine.features.split(separator: ",").map(String.init)
      return Set(features).subtracting(present ?? [])
    }

    /// A compiler for it; nil where this processor cannot run its code.
    var compiler: KernelCompiler? {
      guard let host = CodeGenerator.installed, host.machine.triple.hasPrefix("x86_64"),
        missing.isEmpty
      else { return nil }
      return KernelCompiler(
        host.targeting(name: name, features: features.joined(separator: ",")))
    }

    /// A compiler for it; where this processor cannot run its code the test is cancelled, which is reported.
    func requiredCompiler() throws -> KernelCompiler {
      guard let compiler else {
        try Test.cancel("no code for \(name) here: no \(missing.sorted())")
      }
      return compiler
    }
  }

  static let processors = [
    Processor(name: "x86-64", features: ["+sse2"], vectorByteCount: 16),
    Processor(name: "haswell", features: ["+avx", "+avx2", "+fma", "+bmi2"], vectorByteCount: 32),
  ]

  /// The processor's own vectors are of some of these; LLVM makes all others of them.
  @Test(arguments: [16, 32, 64, 128, 256])
  func vectorsOfAnyMachineMeanWhatTheInterpreterSays(vectorByteCount: Int) throws {
    let compiler = KernelCompiler(try #require(CodeGenerator.installed))
    for seed in 0..<60 {
      let sample = try RandomNest(seed: 310_000 + seed, reduces: seed % 2 == 1)
      let plan = SinglePlan(
        .loopNest(sample.nest), operands: sample.operands.map(\.type), results: sample.results)
      let found = try plan.run(
        sample.operands, with: compiler, vectorByteCount: vectorByteCount)
      let wanted = try KernelInterpreter.run(
        [.loopNest(sample.nest)], operands: sample.operands, resultTypes: sample.results)
      for (x, y) in zip(found, wanted) {
        let same = agree(x, y)
        #expect(same, "seed \(310_000 + seed), loops \(sample.nest.extents)")
      }
    }
  }

  @Test(arguments: processors, [false, true])
  func kernelsMeanWhatTheInterpreterSays(on processor: Processor, reduces: Bool) throws {
    let compiler = try processor.requiredCompiler()
    #expect(compiler.generator.machine.vectorByteCount == processor.vectorByteCount)
    for seed in 0..<60 {
      let sample = try RandomNest(seed: 300_000 + seed, reduces: reduces)
      let plan = SinglePlan(
        .loopNest(sample.nest), operands: sample.operands.map(\.type), results: sample.results)
      let found = try plan.run(sample.operands, with: compiler)
      let wanted = try KernelInterpreter.run(
        [.loopNest(sample.nest)], operands: sample.operands, resultTypes: sample.results)
      for (x, y) in zip(found, wanted) {
        let same = agree(x, y)
        #expect(same, "seed \(300_000 + seed), loops \(sample.nest.extents)")
      }
    }
  }

  @Test(arguments: processors)
  func epiloguesMeanWhatTheInterpreterSays(on processor: Processor) throws {
    let compiler = try processor.requiredCompiler()
    for seed in 600_000..<600_060 {
      let sample = try RandomEpilogue(seed: seed, special: false)
      let kernel = Kernel.contraction(sample.product)
      let plan = SinglePlan(
        kernel, operands: sample.operands.map(\.type), results: sample.results,
        over: sample.over)
      let found = try plan.run(sample.operands, with: compiler)
      let wanted = try KernelInterpreter.run(
        [kernel], operands: sample.operands, resultTypes: sample.results)
      for (x, y) in zip(found, wanted) {
        let same = agree(x, y, tolerance: 1e-300)
        #expect(same, "seed \(seed), \(sample.product)")
      }
    }
  }

  @Test(arguments: processors)
  func mathematicsIsTheSame(on processor: Processor) throws {
    let compiler = try processor.requiredCompiler()
    let host = try #require(CodeGenerator.installed)
    let count = 1000
    let values = (0..<count).map { Float($0 - count / 2) / 37 } + [.nan, .infinity, -.infinity]
    let functions: [UnaryFunction] = [.exp, .log, .tanh, .sigmoid, .sin, .cos, .erf]
    var program = ScalarProgram()
    let x = program.append(.load(input: 0), .f32)
    let steps = functions.map { program.append(.unary($0, x), .f32) }
    let access = Access(.f32, extents: [values.count], map: .identity(rank: 1))
    let nest = LoopNest(
      extents: [values.count], inputs: [.init(operand: 0, access: access)], program: program,
      outputs: steps.enumerated().map { .init(result: $0, step: $1, access: access) })
    let type = TensorType(.f32, extents: [values.count])
    let plan = SinglePlan(
      .loopNest(nest), operands: [type], results: steps.map { _ in type })
    let operand = try Tensor(.f32(values), extents: [values.count])
    let found = try plan.run([operand], with: compiler)
    let wanted = try plan.run([operand], with: KernelCompiler(host))
    // Without an instruction for it, a product and a sum are rounded twice.
    let tolerance = compiler.generator.machine.hasFusedMultiplyAdd ? 0 : 1e-6
    for (number, function) in functions.enumerated() {
      let same = agree(found[number], wanted[number], tolerance: tolerance)
      #expect(same, "\(function)")
    }
  }
}
