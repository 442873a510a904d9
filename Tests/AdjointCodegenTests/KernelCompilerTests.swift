import AdjointCodegen
import AdjointCore
import AdjointKernels
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.enabled(if: CodeGenerator.installed != nil)) struct KernelCompilerTests {
  private let folder = CacheTestFolder()
  private let log = NoticeLog()
  private let emissions = Counter()

  /// A compiler that counts the modules it compiles.
  private func compiler(
    for generator: CodeGenerator? = nil, cached: Bool = true, refusing: String? = nil
  ) throws -> KernelCompiler {
    let generator = try #require(generator ?? CodeGenerator.installed)
    let cache = cached ? ObjectCache(folder.path) { [log] in log.add($0) } : nil
    return KernelCompiler(
      generator, cache: cache,
      emit: { [emissions] (module) throws(Diagnostic) in
        if let refusing, module.contains(refusing) {
          throw Diagnostic(.codeGeneration, "refused")
        }
        emissions.add()
        return try generator.compile(module, to: .object)
      }, notify: { [log] in log.add($0) })
  }

  /// x + addend, for 40 numbers.
  private func sum(_ addend: Double) -> Kernel {
    var program = ScalarProgram()
    let x = program.append(.load(input: 0), .f32)
    let constant = program.append(.constant(ScalarLiteral(addend, .f32)), .f32)
    let y = program.append(.binary(.add, x, constant), .f32)
    let access = Access(.f32, extents: [40], map: .identity(rank: 1))
    return .loopNest(
      LoopNest(
        extents: [40], inputs: [.init(operand: 0, access: access)], program: program,
        outputs: [.init(result: 0, step: y, access: access)]))
  }

  /// What a kernel makes of 0, 1, 2, ….
  private func run(_ kernel: GeneratedKernel) -> [Float] {
    let table = kernel.literals.reversed().map { Int(truncatingIfNeeded: $0) } + [0]
    var arena = (0..<40).map { Float($0) } + Array(repeating: Float.nan, count: 40)
    arena.withUnsafeMutableBytes { arena in
      table.withUnsafeBufferPointer { table in
        guard let base = arena.baseAddress, let first = table.baseAddress else { return }
        let operands = first + table.count - 1
        for piece in kernel.pieces {
          piece.run(base, operands, [160], 0, piece.itemCount, base)
          piece.join?(base, operands, [160], 0, 0, base)
        }
      }
    }
    return Array(arena[40...])
  }

  private func expectSums(_ compiler: KernelCompiler, _ addends: [Double]) throws {
    let code = compiler.compile(addends.map(sum), for: .reference)
    for addend in addends {
      let kernel = try #require(code[sum(addend)])
      let wanted: [Float] = (0..<40).map { Float($0) + Float(addend) }
      #expect(run(kernel) == wanted)
    }
  }

  @Test func compilesNothingTwice() throws {
    try expectSums(compiler(), [1, 2, 3])
    let first = emissions.value
    #expect(first >= 1)
    #expect(folder.entries.count == first)
    try expectSums(compiler(), [1, 2, 3])
    #expect(emissions.value == first)
    #expect(log.notices.isEmpty)
  }

  @Test func sharesWhatIsInUse() throws {
    let compiler = try compiler(cached: false)
    let code = compiler.compile([sum(1)], for: .reference)
    let again = compiler.compile([sum(1), sum(1)], for: .reference)
    #expect(emissions.value == 1)
    #expect(again[sum(1)] === code[sum(1)])
  }

  @Test func compilesForEachProcessorAndEachKernel() throws {
    let host = try #require(CodeGenerator.installed)
    try expectSums(compiler(), [1])
    try expectSums(compiler(), [2])
    _ = try compiler(for: host.targeting(name: host.machine.name, features: ""))
      .compile([sum(1)], for: .reference)
    _ = try compiler(for: host.targeting(name: "", features: host.machine.features))
      .compile([sum(1)], for: .reference)
    #expect(emissions.value == 4)
    #expect(folder.entries.count == 4)
  }

  @Test func compilesAgainWhatIsDamaged() throws {
    try expectSums(compiler(), [1])
    let entry = folder.entries[0]
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: entry)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: entry))
    try expectSums(compiler(), [1])
    #expect(log.codes == [.cacheDamaged])
    #expect(emissions.value == 2)
    try expectSums(compiler(), [1])
    #expect(emissions.value == 2)
  }

  @Test func compilesAgainWhatCannotBeLinked() throws {
    // Objects that are kept as they were made, and are no objects.
    let generator = try #require(CodeGenerator.installed)
    let cache = ObjectCache(folder.path, notify: { _ in })
    let broken = KernelCompiler(
      generator, cache: cache, emit: { (_) throws(Diagnostic) in [1, 2, 3, 4] },
      notify: { [log] in log.add($0) })
    #expect(broken.compile([sum(1)], for: .reference).isEmpty)
    #expect(log.codes == [.codeGeneration])
    #expect(folder.entries.count == 1)
    try expectSums(compiler(), [1])
    #expect(log.codes == [.codeGeneration, .cacheDamaged])
    #expect(emissions.value == 1)
  }

  @Test func worksWithoutAFolder() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path))
    try expectSums(compiler(), [1, 2])
    #expect(log.codes == [.cacheUnusable])
  }

  @Test func leavesOutOnlyWhatIsRefused() throws {
    // The bits of 3 as the text of a constant.
    let compiler = try compiler(refusing: "0x4008000000000000")
    let code = compiler.compile([sum(1), sum(3), sum(5)], for: .reference)
    #expect(code[sum(3)] == nil)
    #expect(log.codes == [.codeGeneration])
    #expect(log.notices[0].message.contains("portable loops"))
    for addend in [1.0, 5] {
      let kernel = try #require(code[sum(addend)])
      #expect(run(kernel)[1] == 1 + Float(addend))
    }
  }

  @Test func compilesManyKernelsAtOnce() throws {
    let addends = (0..<300).map { Double($0) }
    try expectSums(compiler(), addends)
    // Several to a module.
    #expect(emissions.value < 100)
  }

  @Test func compilesKernelsThatDifferInLiteralsOnce() throws {
    let generator = try #require(CodeGenerator.installed)
    let texts = Mutex<[String]>([])
    let compiler = KernelCompiler(
      generator,
      emit: { (module) throws(Diagnostic) in
        texts.withLock { $0.append(module) }
        return try generator.compile(module, to: .object)
      })
    let addends = (0..<100).map { Double($0) / 4 }
    try expectSums(compiler, addends)
    // 0 and 1 are left to LLVM.
    let functions = texts.withLock { texts in
      texts.map { $0.components(separatedBy: "define void @kernel_").count - 1 }.reduce(0, +)
    }
    #expect(functions == 3)
  }

  @Test func keepsTheLiteralsOfAFewKernelsInTheirCode() throws {
    let code = try compiler().compile((2..<40).map { sum(Double($0)) }, for: .reference)
    #expect(code.values.allSatisfy { $0.literals.isEmpty })
    let many = try compiler(cached: false).compile(
      (2..<200).map { sum(Double($0)) }, for: .reference)
    #expect(many[sum(7)]?.literals == [UInt64(Float(7).bitPattern)])
  }

  @Test func leavesLargeProductsToTheLibraryWithoutALargeThirdCache() throws {
    let generator = try #require(CodeGenerator.installed)
    func isGenerated(_ rows: Int, _ inner: Int, withThird byteCount: Int) -> Bool {
      let caches =
        MachineModel.reference.caches.prefix(2) + [.init(byteCount: byteCount, coreCount: 4)]
      var machine = MachineModel.reference
      machine.caches = Array(caches)
      let target = KernelTarget(generator.machine, machine.fixedPart)
      let product = Contraction(
        .f32, batch: 1, rows: rows, columns: 2048, inner: inner,
        left: .init(batchStride: 0, rowStride: inner, columnStride: 1),
        right: .init(batchStride: 0, rowStride: 2048, columnStride: 1))
      return KernelModule(.contraction(product), for: target) != nil
    }
    // For each core 2 MiB, just less than 8 MiB, and 8 MiB.
    for third in [1 << 23, (1 << 25) - 4, 1 << 25] {
      #expect(isGenerated(64, 2048, withThird: third))
      #expect(!isGenerated(2048, 2049, withThird: third))
      #expect(!isGenerated(1, 2048, withThird: third))
      #expect(isGenerated(65, 2048, withThird: third) == (third == 1 << 25))
      #expect(isGenerated(2048, 2048, withThird: third) == (third == 1 << 25))
    }
  }

  @Test func makesTheSameObjectsWithAMachineThatWasUsed() throws {
    let generator = try #require(CodeGenerator.installed)
    let machine = generator.machine
    // Of a long product the outer loops are not optimised, which changes a machine and changes it back.
    let layout = Contraction.Layout(batchStride: 0, rowStride: 256, columnStride: 1)
    let product = Contraction(
      .f32, batch: 1, rows: 256, columns: 256, inner: 256, left: layout, right: layout)
    let texts = try [sum(1), .contraction(product), sum(2)].map { kernel in
      try #require(KernelModule(kernel, for: KernelTarget(machine, .reference))).text
    }
    #expect(texts[1].contains("optnone"))
    func unused() -> CodeGenerator {
      generator.targeting(name: machine.name, features: machine.features)
    }
    let expected = try texts.map { try unused().compile($0, to: .object) }
    #expect(Set(expected).count == texts.count)
    let used = unused()
    for _ in 0..<3 {
      #expect(try texts.map { try used.compile($0, to: .object) } == expected)
    }
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 30) { number in
      let object = try? used.compile(texts[number % texts.count], to: .object)
      if object != expected[number % texts.count] { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test func keepsMachinesAndGivesEachToOneCallerAtATime() throws {
    let generator = try #require(CodeGenerator.installed)
    let targets = generator.targeting(name: generator.machine.name, features: "").targets
    func use() throws -> UInt {
      try targets.use { (target) throws(Diagnostic) in UInt(bitPattern: target) }
    }
    let first = try use()
    #expect(try use() == first)
    #expect(throws: Diagnostic.self) {
      try targets.use { (_) throws(Diagnostic) in throw Diagnostic(.codeGeneration, "refused") }
    }
    #expect(try use() == first)
    let inner = try targets.use { (_) throws(Diagnostic) in
      try targets.use { (target) throws(Diagnostic) in UInt(bitPattern: target) }
    }
    #expect(inner != first)
  }
}
