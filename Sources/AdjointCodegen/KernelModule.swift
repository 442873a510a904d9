import AdjointCore
import AdjointKernels

/// The code of a kernel as one module: a function for each of its pieces, to be called in order.
package struct KernelModule: Hashable, Sendable {
  /// What is known of a piece without its code.
  package struct Piece: Hashable, Sendable {
    /// The name of its function.
    package var function: String
    /// The name of the function that puts its parts together, if it is done in parts.
    package var join: String?
    /// The items of work that can be done by different threads.
    package var itemCount: Int
    /// The bytes in which each item leaves its accumulators.
    package var partialByteCount = 0
    /// The bytes that each thread works in.
    package var scratchByteCount = 0
    /// What there is to do in a run.
    package var cost: KernelCost
  }

  package var pieces: [Piece] = []
  /// The bits of the literals that are not in the code.
  package private(set) var literals: [UInt64] = []
  /// Whether the pieces are what follows a product that the library computes.
  package var followsLibrary = false
  private let target: KernelTarget
  private var module = ModuleText()

  /// What functions are called until the text is known.
  private static let provisionalName = "kernel"

  /// Writes the code of a kernel; nil for one that only the portable back end runs.
  ///
  /// Functions are named after the text, so that modules of different kernels can be linked together.
  package init?(_ kernel: Kernel, for target: KernelTarget, literals: LiteralPlace = .code) {
    self.target = target
    switch kernel {
    case .loopNest(let nest) where Self.isSupported(nest): add(nest, literals)
    case .group(let group) where group.stages.allSatisfy({ Self.isSupported($0) }):
      add(group)
    case .contraction(let product) where product.epilogue.map(Self.isSupported) ?? true:
      guard add(product) else { return nil }
    case .loopNest, .group, .contraction, .gather, .scatterAdd: return nil
    }
    let name = "kernel_" + module.digits
    module.rename(Self.provisionalName, to: name)
    for piece in pieces.indices {
      pieces[piece].function.replacePrefix(Self.provisionalName, with: name)
      pieces[piece].join?.replacePrefix(Self.provisionalName, with: name)
    }
  }

  /// Adds a product and an epilogue that it does not take in, or that follows the library; false where
  /// nothing is left for generated code.
  private mutating func add(_ product: Contraction) -> Bool {
    guard let blocking = target.machine.productBlocking(product) else {
      followsLibrary = true
      if let nest = product.epilogueAsSeparateNest { add(nest) }
      return !pieces.isEmpty
    }
    let layout = ProductLayout(product, for: target, blocking: blocking)
    var writer = ProductWriter(layout)
    let function = Self.provisionalName + ".0"
    module.add(writer.function(function), of: writer.text)
    pieces.append(
      Piece(
        function: function, join: nil, itemCount: layout.itemCount,
        scratchByteCount: layout.scratchByteCount,
        cost: layout.cost + (layout.epilogue.map(\.cost) ?? KernelCost())))
    if let nest = product.epilogueAsSeparateNest, layout.epilogue == nil { add(nest) }
    return true
  }

  private mutating func add(_ group: FusionGroup) {
    var writer = GroupWriter(group, for: target.machine)
    let function = Self.provisionalName + ".0"
    module.add(writer.function(function), of: writer.text)
    pieces.append(
      Piece(
        function: function, join: nil, itemCount: writer.itemCount,
        scratchByteCount: writer.scratchByteCount, cost: writer.cost))
  }

  private mutating func add(_ nest: LoopNest, _ place: LiteralPlace = .code) {
    for piece in StridedNest.canonicalPieces(of: nest) {
      let layout = NestLayout(piece, for: target.machine)
      let function = "\(Self.provisionalName).\(pieces.count)"
      var writer = NestWriter(piece, layout)
      if place == .table, layout.nanoseconds < KernelBatch.longRun { writer.literals = literals }
      module.add(writer.function(function), of: writer.text)
      literals = writer.literals ?? literals
      var entry = Piece(
        function: function, join: nil, itemCount: layout.itemCount, cost: piece.cost)
      if case .reduced(let parts) = layout.split {
        entry.join = function + ".join"
        entry.partialByteCount = writer.partByteCount
        let join = NestWriter.join(piece, layout, parts: parts, name: function + ".join")
        module.add(join.function, of: join.text)
      }
      pieces.append(entry)
    }
  }

  /// The text of the module in LLVM IR.
  package var text: String { module.assembled() }

  /// What is compiled.
  var source: KernelSource {
    KernelSource(
      module: module, functions: pieces.map(\.function) + pieces.compactMap(\.join),
      nanoseconds: target.machine.nanoseconds(of: pieces.reduce(KernelCost()) { $0 + $1.cost }))
  }

  /// Whether a stage has vector code and writes whatever it writes by running.
  private static func isSupported(_ stage: FusionGroup.Stage) -> Bool {
    !stage.nest.extents.contains(0) && isSupported(stage.nest)
  }

  /// Whether every step has vector code: powers and real functions of whole numbers have none.
  private static func isSupported(_ nest: LoopNest) -> Bool {
    nest.program.steps.allSatisfy { step in
      if step.type == .f32 || step.type == .f64 || step.type == .bool { return true }
      switch step.instruction {
      case .unary(let function, _):
        return switch function {
        case .negate, .abs, .sign, .floor, .ceil, .round, .not: true
        case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tan, .tanh,
          .sigmoid, .softplus, .erf:
          false
        }
      case .binary(.power, _, _): return false
      case .load, .constant, .index, .binary, .compare, .select, .cast: return true
      }
    }
  }
}

extension String {
  fileprivate mutating func replacePrefix(_ prefix: String, with other: String) {
    self = other + dropFirst(prefix.count)
  }
}
