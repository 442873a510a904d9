/// A kernel as it is given to the compiler.
struct KernelSource: Sendable {
  var module: ModuleText
  /// The names of its functions.
  var functions: [String]
  /// The nanoseconds of a run on one thread, whatever was measured.
  var nanoseconds: Int
}

/// Where the literals of a kernel are.
package enum LiteralPlace: Sendable {
  /// In its code, where LLVM can make something of them.
  case code
  /// Before the offsets of its operands, so that kernels with other literals share the code.
  case table
}

/// How many kernels a plan has, as far as it matters to what is spent on each.
///
/// It follows from the plan alone, and not from what this process happens to have compiled already, so that
/// a plan has the same code, and gives the same bits, whatever was compiled before it.
enum PlanScale: Hashable, Sendable {
  /// There is time for each.
  case small
  /// Mathematics is copied only into kernels that run long, and short ones that differ in nothing but their
  /// literals have one code.
  case medium
  /// Nor are those optimised that run for a short time: most of it goes to the mathematics that they call,
  /// and to being called.
  case large

  /// Of more kernels than this, mathematics is copied only into those that run long.
  private static let mostInlining = 64
  /// Of more kernels than this, the shortest are not optimised.
  private static let mostOptimized = 128

  /// The scale of a plan with so many different kernels.
  init(kernelCount: Int) {
    self =
      kernelCount <= Self.mostInlining
      ? .small : kernelCount <= Self.mostOptimized ? .medium : .large
  }

  /// Where the literals of kernels belong: of many short ones, some are alike but for these, and are
  /// compiled once.
  var literalPlace: LiteralPlace { self == .small ? .code : .table }
}

/// Kernels that are compiled as one module: what LLVM does once for each module takes longer than a
/// small kernel.
struct KernelBatch: Sendable {
  var sources: [KernelSource] = []
  var effort: ModuleText.Effort
  private var weight = 0
  /// The functions that they share, and those of them that another batch has for all.
  private var shared: Set<SharedFunction> = []
  private var elsewhere: Set<SharedFunction> = []

  private init(_ effort: ModuleText.Effort) { self.effort = effort }

  /// The bytes of text with more kernels.
  private func weight(with more: [KernelSource]) -> Int {
    var seen: Set<SharedFunction> = []
    return more.reduce(weight) { sum, source in
      let copies = effort == .most ? source.module.callCount : 0
      let new = source.module.shared.filter { !shared.contains($0) && seen.insert($0).inserted }
      return new.reduce(sum + source.module.byteCount + Self.copyWeight * copies) {
        $0 + $1.text.utf8.count
      }
    }
  }

  private mutating func add(_ source: KernelSource) {
    weight = weight(with: [source])
    shared.formUnion(source.module.shared)
    sources.append(source)
  }

  /// The nanoseconds from which a run is long: copies of mathematics save a fifth of it or so, and cost
  /// some milliseconds once.
  static let longRun = 10_000
  /// The nanoseconds below which a run is short.
  private static let shortRun = 2_000
  /// The bytes of text of a batch: some thirty milliseconds' work, so that there are several for as
  /// many processors; where there are many kernels, some hundred.
  private static let (smallBatch, largeBatch) = (80_000, 250_000)
  /// The bytes of text that a copy of a mathematical function is as good as.
  private static let copyWeight = 1_500

  /// What is spent on a kernel of a plan of some scale.
  static func effort(for source: KernelSource, in scale: PlanScale) -> ModuleText.Effort {
    if scale == .large, source.nanoseconds < shortRun { return .least }
    return source.module.isInlining && (scale == .small || source.nanoseconds >= longRun)
      ? .most : .usual
  }

  /// Puts kernels together, the most work first; depends on nothing else, so that the same kernels make
  /// the same batches.
  static func batches(of sources: [KernelSource], in scale: PlanScale) -> [KernelBatch] {
    let most = scale == .small ? smallBatch : largeBatch
    var batches: [KernelBatch] = []
    for effort in ModuleText.Effort.allCases {
      var batch = KernelBatch(effort)
      for group in groups(sources.filter { self.effort(for: $0, in: scale) == effort }) {
        // What shares code stays together, if there is not too much of it.
        if batch.weight(with: group) > most, !batch.sources.isEmpty {
          batches.append(batch)
          batch = KernelBatch(effort)
        }
        for source in group {
          if batch.weight(with: [source]) > most, !batch.sources.isEmpty {
            batches.append(batch)
            batch = KernelBatch(effort)
          }
          batch.add(source)
        }
      }
      if !batch.sources.isEmpty { batches.append(batch) }
    }
    if let common = takeOutCommon(of: &batches) { batches.append(common) }
    // The order of those of equal weight is kept, so that it is always the same.
    return batches.enumerated()
      .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
      .map(\.element)
  }

  /// Puts what several batches share into one of its own.
  private static func takeOutCommon(of batches: inout [KernelBatch]) -> KernelBatch? {
    var uses: [SharedFunction: Int] = [:]
    for batch in batches { for function in batch.shared { uses[function, default: 0] += 1 } }
    let common = uses.filter { $0.value > 1 }.map(\.key).sorted { $0.name < $1.name }
    if common.isEmpty { return nil }
    for number in batches.indices {
      batches[number].elsewhere = batches[number].shared.intersection(common)
      for function in batches[number].elsewhere {
        batches[number].weight -= function.text.utf8.count
      }
    }
    var batch = KernelBatch(.most)
    batch.add(KernelSource(module: ModuleText(exporting: common), functions: [], nanoseconds: 0))
    return batch
  }

  /// The kernels by the function that most kernels share of those which they use, so that it is compiled
  /// in few batches.
  private static func groups(_ sources: [KernelSource]) -> [[KernelSource]] {
    var uses: [String: Int] = [:]
    for source in sources {
      for function in source.module.shared { uses[function.name, default: 0] += 1 }
    }
    let groups = Dictionary(grouping: sources) { source in
      source.module.shared.map(\.name).max { (uses[$0] ?? 0, $1) < (uses[$1] ?? 0, $0) } ?? ""
    }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The same kernels, each alone.
  var singles: [KernelBatch] {
    sources.map { source in
      var batch = KernelBatch(effort)
      batch.sources = [source]
      return batch
    }
  }

  /// Whether it has no kernels, but what those of several batches call.
  var isCommon: Bool { functions.isEmpty }

  /// The names of all functions.
  var functions: [String] { sources.flatMap(\.functions) }

  /// The text of the module.
  var text: String {
    var module = ModuleText()
    for source in sources { module.add(source.module) }
    module.leaveOut(elsewhere)
    return module.assembled(effort)
  }
}
