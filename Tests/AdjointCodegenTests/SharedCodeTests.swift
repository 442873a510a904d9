import AdjointCodegen
import AdjointCore
import AdjointKernels
import Synchronization
import TestSupport
import Testing

/// What kernels have in common is compiled once for all of them.
@Suite(.enabled(if: CodeGenerator.installed != nil)) struct SharedCodeTests {
  /// a · bᵀ of so many rows, a inner dimension and columns.
  private func product(_ rows: Int, _ inner: Int, _ columns: Int) -> Kernel {
    .contraction(
      Contraction(
        .f32, batch: 1, rows: rows, columns: columns, inner: inner,
        left: .init(batchStride: 0, rowStride: inner, columnStride: 1),
        right: .init(batchStride: 0, rowStride: 1, columnStride: inner)))
  }

  /// The texts of the modules that kernels become, and the kernels.
  private func compile(
    _ kernels: [Kernel], refusing: String? = nil
  ) throws -> (modules: [String], code: [Kernel: GeneratedKernel]) {
    let generator = try #require(CodeGenerator.installed)
    let texts = TextLog()
    let compiler = KernelCompiler(
      generator,
      emit: { (module) throws(Diagnostic) in
        if let refusing, module.contains(refusing) {
          throw Diagnostic(.codeGeneration, "refused")
        }
        texts.add(module)
        return try generator.compile(module, to: .object)
      }, notify: { Issue.record("\($0)") })
    let code = compiler.compile(kernels, for: MachineModel.thisMachine.fixedPart)
    return (texts.all, code)
  }

  private final class TextLog: Sendable {
    private let texts = Mutex<[String]>([])
    func add(_ text: String) { texts.withLock { $0.append(text) } }
    var all: [String] { texts.withLock { $0 } }
  }

  /// The names of the functions that modules define, but for those of kernels; as often as they do.
  private func definitions(in modules: [String]) -> [String] {
    modules.flatMap { module in
      module.matches(of: /define (?:internal )?void @((?:tile|pack|turn|square|copy)_\w+)/)
        .map { String($0.1) }
    }
  }

  @Test("products that differ in their strides and inner dimension have one code for their tiles")
  func tiles() throws {
    let all = try compile([product(128, 256, 512), product(128, 320, 512)])
    let one = try compile([product(128, 256, 512)])
    #expect(all.code.count == 2)
    #expect(Set(definitions(in: all.modules)) == Set(definitions(in: one.modules)))
    #expect(definitions(in: one.modules).contains { $0.hasPrefix("tile_") })
  }

  @Test("an inner dimension a little deeper than a block is one block, and no tile adds to another")
  func onlyBlock() throws {
    let shallow = Set(definitions(in: try compile([product(128, 256, 512)]).modules))
    for (inner, isOneBlock) in [(385, true), (448, true), (449, false), (768, false)] {
      let deep = Set(definitions(in: try compile([product(128, inner, 512)]).modules))
      #expect((deep == shallow) == isOneBlock, "inner dimension \(inner)")
    }
  }

  /// Products with tiles of different heights: too much code for one module.
  ///
  /// Where vectors are short and tiles small it takes more of them.
  private let shapes: [(Int, Int, Int)] = {
    let isWide = MachineModel.thisMachine.vectorByteCount > 32
    return (isWide ? [512] : [512, 508, 500, 490]).flatMap { columns in
      stride(from: 97, through: 205, by: 12).map { ($0, 256 + $0, columns) }
    }
  }()

  @Test("where what several modules call is refused, each kernel has it to itself")
  func refused() throws {
    let (modules, code) = try compile(
      shapes.map { product($0, $1, $2) }, refusing: "define void @pack_")
    #expect(code.count == shapes.count)
    #expect(!modules.contains { $0.contains("define void @pack_") })
    let (rows, inner, columns) = shapes[0]
    let kernel = try #require(code[product(rows, inner, columns)])
    #expect(worstError(of: kernel, rows, inner, columns) == 0)
  }

  @Test("what several modules call is in one of them, and computes there what it should")
  func modules() throws {
    let (modules, code) = try compile(shapes.map { product($0, $1, $2) })
    #expect(modules.count > 2)
    let defined = definitions(in: modules)
    #expect(defined.contains { $0.hasPrefix("pack_") })
    #expect(Set(defined).count == defined.count)
    #expect(modules.contains { $0.contains("declare void @pack_") })
    for (rows, inner, columns) in shapes {
      let kernel = try #require(code[product(rows, inner, columns)])
      #expect(worstError(of: kernel, rows, inner, columns) == 0)
    }
  }

  /// The largest difference between what a kernel computes and sums of small integers, which are exact.
  private func worstError(
    of kernel: GeneratedKernel, _ rows: Int, _ inner: Int, _ columns: Int
  ) -> Float {
    let (left, right) = (rows * inner, columns * inner)
    func value(_ number: Int) -> Float { Float(number % 7 - 3) }
    var arena = (0..<(left + right)).map(value)
    arena += Array(repeating: .nan, count: rows * columns)
    let start = arena.count
    arena += Array(repeating: .nan, count: 1 << 20)
    arena.withUnsafeMutableBytes { arena in
      guard let base = arena.baseAddress else { return }
      for piece in kernel.pieces {
        piece.run(
          base, [0, left * 4], [(left + right) * 4], 0, piece.itemCount, base + start * 4)
      }
    }
    var worst: Float = 0
    for row in stride(from: 0, to: rows, by: 5) {
      for column in 0..<columns {
        let sum = (0..<inner).reduce(Float(0)) {
          $0 + value(row * inner + $1) * value(left + column * inner + $1)
        }
        let error = abs(arena[left + right + row * columns + column] - sum)
        worst = error.isNaN ? .infinity : max(worst, error)
      }
    }
    return worst
  }
}
