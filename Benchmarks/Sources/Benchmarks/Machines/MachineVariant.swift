import Adjoint

/// A machine like this one but for its cores, and for who shares its third cache.
struct MachineVariant {
  /// Who shares the third cache: a part of the machine that may decide how sums are put together.
  enum ThirdCache: String, CaseIterable {
    /// All cores, of however many.
    case shared
    /// Each core has one.
    case own
  }

  /// The numbers of cores, the first of which the others are compared with.
  static let coreCounts = [1, 2, 8, 64]

  /// All of them, those that have to compute the same bits one after another.
  static let all = ThirdCache.allCases.flatMap { cache in
    coreCounts.map { MachineVariant(coreCount: $0, thirdCache: cache) }
  }

  let coreCount: Int
  let thirdCache: ThirdCache

  /// `8 shared`.
  var title: String { "\(coreCount) \(thirdCache)" }

  var model: MachineModel {
    let machine = MachineModel.thisMachine
    // Some systems tell of two caches only.
    var caches = machine.caches + MachineModel.reference.caches.dropFirst(machine.caches.count)
    switch thirdCache {
    // By as many cores under each number of them: else sums might be put together otherwise.
    case .shared:
      caches[2] = MachineModel.Cache(
        byteCount: caches[2].byteCount, coreCount: Self.coreCounts.max() ?? 1)
    case .own: caches[2] = MachineModel.Cache(byteCount: caches[2].byteCount)
    }
    return MachineModel(
      vectorByteCount: machine.vectorByteCount, caches: caches, coreCount: coreCount,
      launchNanoseconds: machine.launchNanoseconds,
      handOverNanoseconds: machine.handOverNanoseconds,
      multiplyAddsPerNanosecond: machine.multiplyAddsPerNanosecond,
      bytesPerNanosecond: machine.bytesPerNanosecond)
  }
}
