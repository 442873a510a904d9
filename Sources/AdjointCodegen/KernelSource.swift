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
  private var shared: Set<SharedFunction> = []

  private init(_ effort: ModuleText.Effort) { self.effort = effort }

  /// What another kernel adds to the text, in bytes.
  private func weight(of source: KernelSource) -> Int {
    let copies = effort == .most ? source.module.callCount : 0
    let more = source.module.shared.filter { !shared.contains($0) }
    return source.module.byteCount
      + more.reduce(Self.copyWeight * copies) { $0 + $1.text.utf8.count }
  }

  /// Of more kernels than this, mathematics is copied only into those that run long.
  private static let mostInlining = 64
  /// The nanoseconds from which a run is long: copies save a fifth of it or so, and cost some
  /// milliseconds once.
  static let longRun = 10_000
  /// Of more kernels than this, those that run for less than so many nanoseconds are not optimised:
  /// most of their time goes to the mathematics that they call, and to being called.
  private static let (mostOptimized, shortRun) = (128, 2_000)
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
    for source in neighbours(sources) {
      let effort = effort(for: source, oneOf: sources.count)
      var batch = open[effort] ?? KernelBatch(effort)
      if !batch.sources.isEmpty, batch.weight + batch.weight(of: source) > most {
        batches.append(batch)
        batch = KernelBatch(effort)
      }
      batch.weight += batch.weight(of: source)
      batch.sources.append(source)
      batch.shared.formUnion(source.module.shared)
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

  /// The kernels with those next to each other that share the function which most of them share, so
  /// that it is compiled in few batches.
  private static func neighbours(_ sources: [KernelSource]) -> [KernelSource] {
    var uses: [String: Int] = [:]
    for source in sources {
      for function in source.module.shared { uses[function.name, default: 0] += 1 }
    }
    let groups = sources.map { source in
      source.module.shared.map(\.name).max { (uses[$0] ?? 0, $1) < (uses[$1] ?? 0, $0) } ?? ""
    }
    return sources.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }.map { sources[$0] }
  }

  /// The same kernels, each alone.
  var singles: [KernelBatch] {
    sources.map { source in
      var batch = KernelBatch(effort)
      batch.sources = [source]
      return batch
    }
  }

  /// The names of all functions.
  var functions: [String] { sources.flatMap(\.functions) }

  /// The text of the module.
  var text: String {
    var module = ModuleText()
    for source in sources { module.add(source.module) }
    return module.assembled(effort)
  }
}
