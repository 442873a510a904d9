/// What the compiler knows of the machine that a plan is for: an argument of compiling, never asked for inside.
///
/// It has two parts. The **fixed part**, vectors and caches, decides how sums are put together, and with it the
/// bits of results. The **free part**, cores and costs, decides only what changes no bit: what runs at the same
/// time, and what is cut for threads. So equal graphs under equal options and equal fixed parts give equal
/// bits, however many cores there are and whatever was measured.
public struct MachineModel: Hashable, Sendable {
  /// The caches of one level.
  public struct Cache: Hashable, Sendable {
    /// The bytes of one cache of the level.
    public package(set) var byteCount: Int
    /// How many cores share it.
    public package(set) var coreCount: Int

    /// A cache of so many bytes for so many cores; of a number that no machine has the nearest that one may
    /// have.
    public init(byteCount: Int, coreCount: Int = 1) {
      self.byteCount = min(max(byteCount, 1), 1 << 40)
      self.coreCount = min(max(coreCount, 1), 1 << 16)
    }
  }

  // MARK: The fixed part

  /// The bytes of a vector register.
  public package(set) var vectorByteCount: Int
  /// The caches from the nearest on; of one at least.
  public package(set) var caches: [Cache]

  // MARK: The free part

  /// The cores that a run may use.
  public package(set) var coreCount: Int
  /// What it takes to begin a kernel, in nanoseconds.
  public package(set) var launchNanoseconds: Double
  /// What it takes until another core sees what one has written, in nanoseconds.
  public package(set) var handOverNanoseconds: Double
  /// The multiplications with an addition that a core does in a nanosecond, in f32.
  public package(set) var multiplyAddsPerNanosecond: Double
  /// The bytes that a core reads from memory in a nanosecond.
  public package(set) var bytesPerNanosecond: Double

  /// A machine of given properties, in bytes and nanoseconds; of a number that no machine has the nearest that
  /// one may have.
  public init(
    vectorByteCount: Int, caches: [Cache], coreCount: Int, launchNanoseconds: Double,
    handOverNanoseconds: Double, multiplyAddsPerNanosecond: Double, bytesPerNanosecond: Double
  ) {
    func cost(_ value: Double) -> Double { value.isNaN ? 1 : min(max(value, 1e-6), 1e12) }
    self.vectorByteCount = Self.vectorByteCount(near: vectorByteCount)
    self.caches = caches.isEmpty ? [Cache(byteCount: 1 << 15)] : caches
    self.coreCount = min(max(coreCount, 1), 1 << 16)
    self.launchNanoseconds = cost(launchNanoseconds)
    self.handOverNanoseconds = cost(handOverNanoseconds)
    self.multiplyAddsPerNanosecond = cost(multiplyAddsPerNanosecond)
    self.bytesPerNanosecond = cost(bytesPerNanosecond)
  }

  /// Two cores of a common kind: what plans are made for where nothing else is said, the same everywhere.
  public static let reference = MachineModel(
    vectorByteCount: 32,
    caches: [
      Cache(byteCount: 1 << 15), Cache(byteCount: 1 << 20),
      Cache(byteCount: 1 << 24, coreCount: 2),
    ],
    coreCount: 2, launchNanoseconds: 15, handOverNanoseconds: 100, multiplyAddsPerNanosecond: 48,
    bytesPerNanosecond: 10)

  /// The bytes that vectors of a machine may have: powers of two.
  static let vectorByteCounts = [16, 32, 64, 128, 256]

  /// The most bytes of a vector that are no more than a number, or the fewest.
  private static func vectorByteCount(near byteCount: Int) -> Int {
    vectorByteCounts.last { $0 <= byteCount } ?? vectorByteCounts[0]
  }
}

extension MachineModel {
  /// Vectors and caches: all that what changes bits may know of a machine.
  package struct FixedPart: Hashable, Sendable {
    /// The bytes of a vector register.
    package let vectorByteCount: Int
    /// The caches from the nearest on; of one at least.
    package let caches: [Cache]

    /// That of the machine that plans are made for where nothing else is said.
    package static let reference = MachineModel.reference.fixedPart
  }

  /// What kernel passes and the code generator are given.
  package var fixedPart: FixedPart {
    FixedPart(vectorByteCount: vectorByteCount, caches: caches)
  }
}

extension MachineModel.FixedPart {
  /// A core's share of the second cache, where what it works on for a while stays.
  package var ownByteCount: Int {
    guard let cache = caches.prefix(2).last else { return 1 << 15 }
    return cache.byteCount / max(cache.coreCount, 1)
  }
}
