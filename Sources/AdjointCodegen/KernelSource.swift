/// A kernel as it is given to the compiler.
struct KernelSource: Sendable {
  var module: ModuleText
  /// The names of its functions.
  var functions: [String]
  /// An estimate of the nanoseconds of a run on one thread.
  var cost: Int
}

/// Kernels that are compiled as one module: what LLVM does once for each module takes longer than a
/// small kernel, and mathematical functions that are called and not copied in are needed once.
struct KernelBatch: Sendable {
  var sources: [KernelSource] = []
  /// Whether mathematical functions are copied into each use.
  var inlining: Bool
  private var weight = 0

  private init(inlining: Bool) { self.inlining = inlining }

  private init(_ source: KernelSource, _ weight: Int, inlining: Bool) {
    sources = [source]
    self.weight = weight
    self.inlining = inlining
  }

  /// Of more kernels than this, mathematics is copied only into those that run long.
  private static let mostInlining = 64
  /// The nanoseconds from which a run is long: copies save a fifth of it or so, and cost some
  /// milliseconds once.
  private static let longRun = 10_000
  /// The bytes of text of a batch: some ten milliseconds' work, so that there are several for as many
  /// processors; where there are many kernels, some hundred.
  private static let (smallBatch, largeBatch) = (12_000, 250_000)
  /// The bytes of text that a copy of a mathematical function is as good as.
  private static let copyWeight = 1_500

  /// Whether mathematical functions are copied into a kernel that is one of so many.
  static func copiesMathematics(into source: KernelSource, oneOf count: Int) -> Bool {
    source.module.isInlining && (count <= mostInlining || source.cost >= longRun)
  }

  /// Puts kernels together, the most work first; depends on nothing else, so that the same kernels make
  /// the same batches.
  static func batches(of sources: [KernelSource]) -> [KernelBatch] {
    let most = sources.count > mostInlining ? largeBatch : smallBatch
    var batches: [KernelBatch] = []
    var (copying, calling) = (KernelBatch(inlining: true), KernelBatch(inlining: false))
    for source in sources {
      let inlining = copiesMathematics(into: source, oneOf: sources.count)
      let copies = inlining ? source.module.callCount : 0
      let weight = source.module.byteCount + copyWeight * copies
      func add(to batch: inout KernelBatch) {
        if 2 * weight > most {
          // It gains nothing from company.
          batches.append(KernelBatch(source, weight, inlining: inlining))
        } else if batch.weight + weight > most {
          batches.append(batch)
          batch = KernelBatch(source, weight, inlining: inlining)
        } else {
          batch.sources.append(source)
          batch.weight += weight
        }
      }
      if inlining { add(to: &copying) } else { add(to: &calling) }
    }
    batches += [copying, calling].filter { !$0.sources.isEmpty }
    return batches.sorted { $0.weight > $1.weight }
  }

  /// The same kernels, each alone.
  var singles: [KernelBatch] {
    sources.map { KernelBatch($0, weight, inlining: inlining) }
  }

  /// The names of all functions.
  var functions: [String] { sources.flatMap(\.functions) }

  /// The text of the module.
  var text: String {
    var module = ModuleText()
    for source in sources { module.add(source.module) }
    return module.assembled(inlining: inlining)
  }
}
