import AdjointCodegen
import AdjointCore
import AdjointKernels
import TestSupport
import Testing

/// Threads take items as they come, so each has to do its own part whoever does the others, and when.
@Suite(.enabled(if: CodeGenerator.installed != nil)) struct ItemByItemTests {
  /// What a nest over a matrix writes.
  enum Result: CaseIterable {
    case columnSums, columnMaxima, rowSums, total, squares

    /// The axes that the result keeps.
    var axes: [AxisNumber] {
      switch self {
      case .columnSums, .columnMaxima: [1]
      case .rowSums: [0]
      case .total: []
      case .squares: [0, 1]
      }
    }

    var combiner: Combiner? {
      switch self {
      case .columnSums, .rowSums, .total: .sum
      case .columnMaxima: .maximum
      case .squares: nil
      }
    }

    func kernel(rows: Int, columns: Int, _ type: ScalarType) -> Kernel {
      var program = ScalarProgram()
      let x = program.append(.load(input: 0), type)
      let square = program.append(.binary(.multiply, x, x), type)
      let extents = [rows, columns]
      let access = Access(
        type, extents: axes.map { extents[$0.rawValue] },
        map: IndexMap(axes.map { AxisIndex(axis: $0) }))
      return .loopNest(
        LoopNest(
          extents: extents,
          inputs: [
            .init(operand: 0, access: Access(type, extents: extents, map: .identity(rank: 2)))
          ],
          program: program,
          outputs: [.init(result: 0, step: square, access: access, combiner: combiner)]))
    }

    func count(rows: Int, columns: Int) -> Int {
      axes.reduce(1) { $0 * [rows, columns][$1.rawValue] }
    }
  }

  /// The bits of what a kernel makes of a matrix, where its items are done in a certain way.
  private func results<Element: BinaryFloatingPoint>(
    _ kernel: GeneratedKernel, of matrix: [Element], count: Int,
    _ doItems: (_ count: Int, _ run: (_ from: Int, _ to: Int) -> Void) -> Void
  ) -> [Element] {
    let size = MemoryLayout<Element>.size
    var arena = matrix + Array(repeating: .nan, count: count)
    arena.withUnsafeMutableBytes { bytes in
      guard let arena = bytes.baseAddress else { return }
      for piece in kernel.pieces {
        let byteCount = max(piece.partialByteCount, piece.scratchByteCount) + 64
        withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { memory in
          guard let memory = memory.baseAddress else { return }
          doItems(piece.itemCount) {
            piece.run(arena, [0], [size * matrix.count], $0, $1, memory)
          }
          piece.join?(arena, [0], [size * matrix.count], 0, 0, memory)
        }
      }
    }
    return Array(arena[matrix.count...])
  }

  private func expectEqual<Element: BinaryFloatingPoint>(
    _ result: Result, rows: Int, _ widths: [Int], _ type: ScalarType, _: Element.Type
  ) throws -> Int {
    let kernels = widths.map { result.kernel(rows: rows, columns: $0, type) }
    let compiler = KernelCompiler(try #require(CodeGenerator.installed))
    let code = compiler.compile(kernels, for: MachineModel.thisMachine.fixedPart)
    var cut = 0
    for (kernel, columns) in zip(kernels, widths) {
      let generated = try #require(code[kernel])
      let random = CounterBasedRandom(seed: UInt64(columns))
      let matrix = (0..<rows * columns).map {
        Element(random.bits(at: UInt64($0)).0 % 1000) / 64
      }
      let count = result.count(rows: rows, columns: columns)
      let whole = results(generated, of: matrix, count: count) { count, run in run(0, count) }
      let alone = results(generated, of: matrix, count: count) { count, run in
        for item in (0..<count).reversed() { run(item, item + 1) }
      }
      let halves = results(generated, of: matrix, count: count) { count, run in
        run(count / 2, count)
        run(0, count / 2)
      }
      #expect(whole.allSatisfy { !$0.isNaN }, "\(result) of \(rows) × \(columns) in \(type)")
      #expect(alone == whole, "\(result) of \(rows) × \(columns) in \(type)")
      #expect(halves == whole, "\(result) of \(rows) × \(columns) in \(type)")
      if generated.pieces.contains(where: { $0.itemCount > 1 }) { cut += 1 }
    }
    return cut
  }

  /// Among the widths are all numbers of points that are left over by vectors, and enough vectors that the last
  /// item may have those alone.
  @Test(arguments: Result.allCases, [ScalarType.f32, .f64])
  func itemsDoTheirOwnPart(of result: Result, _ type: ScalarType) throws {
    let widths = (0...16).map { 50 * ($0 + 1) } + [784, 769, 1023, 1040] + Array(128...160)
    var cut = 0
    for rows in [128, 600] {
      cut +=
        type == .f32
        ? try expectEqual(result, rows: rows, widths, type, Float.self)
        : try expectEqual(result, rows: rows, widths, type, Double.self)
    }
    #expect(cut > widths.count / 2)
  }
}
