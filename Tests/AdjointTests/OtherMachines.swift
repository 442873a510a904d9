import AdjointCore

/// Machines that plans are made for and not run on.
enum OtherMachines {
  /// One to 64 cores under costs that were measured differently, of one fixed part: all compute the same bits.
  static func sharing(caches: [MachineModel.Cache]) -> [MachineModel] {
    var machines: [MachineModel] = []
    for cores in [1, 2, 8, 64] {
      for (launch, handOver, arithmetic) in [(15.0, 20.0, 48.0), (1, 2, 0.01), (1e4, 1e5, 500)] {
        machines.append(
          MachineModel(
            vectorByteCount: MachineModel.reference.vectorByteCount, caches: caches,
            coreCount: cores, launchNanoseconds: launch, handOverNanoseconds: handOver,
            multiplyAddsPerNanosecond: arithmetic, bytesPerNanosecond: 10))
      }
    }
    return machines
  }

  /// Those with a third cache that all cores share, and those with one for each core.
  static let families: [[MachineModel]] = [64, 1].map { cores in
    var caches = MachineModel.reference.caches
    caches[2] = MachineModel.Cache(byteCount: caches[2].byteCount, coreCount: cores)
    return sharing(caches: caches)
  }
}
