/// A kernel as it is given to the compiler.
struct KernelSource: Sendable {
  var module: ModuleText
  /// The names of its functions.
  var functions: [String]
  /// An estimate of the nanoseconds of a run on one thread.
  var cost: Int
}

/// Where the literals of a kernel are.
package enum LiteralPlace: Sendable {
  /// In its code, where LLVM can make something of them.
  case code
  /// Before the offsets of its operands, so that kernels with other literals share the code.
  case table
}

/// Kernels that are compiled as one module: what LLVM does once for each module takes longer than a
/// small kernel, and what kernels share is compiled once for each module.
struct KernelBatch: Sendable {
  var sources: [KernelSource] = []
  var effort: ModuleText.Effort
  private var weight = 0

  private init(_ effort: ModuleText.Effort) { self.effort = effort }

  private init(_ source: KernelSource, _ weight: Int, _ effort: ModuleText.Effort) {
    sources = [source]
    self.weight = weight
    self.effort = effort
  }

  /// Of more kernels than this, mathematics is copied only into those that run long.
  private static let mostInlining = 64
  /// The nanoseconds from which a run is long: copies save a fifth of it or so, and cost some
  /// milliseconds once.
  static let longRun = 10_000
  /// Of more kernels than this, those that run for less than so many nanoseconds are not optimised:
  /// most of their time goes to the mathematics that they call, and to being called.
  private static let (mostOptimized, shortRun) = (1024, 2_000)
  /// The bytes of text of a batch: some thirty milliseconds' work, so that there are several for as
  /// many processors; where there are many kernels, some hundred.
  private static let (smallBatch, largeBatch) = (80_000, 250_000)
  /// The bytes of text that a copy of a mathematical function is as good as.
  private static let copyWeight = 1_500

  /// Where the literals of kernels belong that are compiled together: of many short ones, some are
  /// alike but for these, and are compiled once.
  static func literalPlace(oneOf count: Int) -> LiteralPlace {
    count > mostInlining ? .table : .code
  }

  /// What is spent on a kernel that is one of so many.
  static func effort(for source: KernelSource, oneOf count: Int) -> ModuleText.Effort {
    if count > mostOptimized, source.cost < shortRun { return .least }
    return source.module.isInlining && (count <= mostInlining || source.cost >= longRun)
      ? .most : .usual
  }

  /// Puts kernels together, the most work first; depends on nothing else, so that the same kernels make
  /// the same batches.
  static func batches(of sources: [KernelSource]) -> [KernelBatch] {
    let most = sources.count > mostInlining ? largeBatch : smallBatch
    var batches: [KernelBatch] = []
    var open: [ModuleText.Effort: KernelBatch] = [:]
    for source in sources {
      let effort = effort(for: source, oneOf: sources.count)
      let copies = effort == .most ? source.module.callCount : 0
      let weight = source.module.byteCount + copyWeight * copies
      if 2 * weight > most {
        // It gains nothing from company.
        batches.append(KernelBatch(source, weight, effort))
        continue
      }
      var batch = open[effort] ?? KernelBatch(effort)
      if batch.weight + weight > most {
        batches.append(batch)
        batch = KernelBatch(effort)
      }
      batch.sources.append(source)
      batch.weight += weight
      open[effort] = batch
    }
    for effort in [ModuleText.Effort.most, .usual, .least] {
      if let batch = open[effort] { batches.append(batch) }
    }
    // The order of those of equal weight is kept, so that it is always the same.
    return batches.enumerated()
      .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
      .map(\.element)
  }

  /// The same kernels, each alone.
  var singles: [KernelBatch] { sources.map { KernelBatch($0, weight, effort) } }

  /// The names of all functions.
  var functions: [String] { sources.flatMap(\.functions) }

  /// The text of the module.
  var text: String {
    var module = ModuleText()
    for source in sources { module.add(source.module) }
    return module.assembled(effort)
  }
}
