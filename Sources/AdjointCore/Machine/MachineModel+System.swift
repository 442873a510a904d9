import Foundation

extension MachineModel {
  /// The machine that this process runs on, as far as the system says.
  ///
  /// That is its vectors, its caches, and the processors that the process may use. Its arithmetic is what such
  /// vectors do in processors of a common speed; other costs are those of `reference`.
  public static let thisMachine: MachineModel = {
    var machine = MachineModel.reference
    machine.coreCount = AvailableMachine.processorCount
    machine.vectorByteCount = systemVectorByteCount ?? machine.vectorByteCount
    machine.multiplyAddsPerNanosecond = machine.fixedPart.nominalMultiplyAddsPerNanosecond
    let caches = systemCaches
    if !caches.isEmpty { machine.caches = caches }
    // Systems in a virtual machine say strange things of their caches.
    if machine.caches.count > 1 {
      let cache = machine.caches[1]
      let share = min(max(cache.byteCount / cache.coreCount, 1 << 18), 1 << 22)
      machine.caches[1].byteCount = share * cache.coreCount
    }
    return machine
  }()

  #if arch(arm64)
    private static var systemVectorByteCount: Int? { 16 }
  #elseif os(Linux)
    /// The bytes of the widest vectors that kernels use, by the instruction sets that the system lists.
    private static var systemVectorByteCount: Int? {
      guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
      else { return nil }
      let flags = Set(line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ":" }))
      if flags.isSuperset(of: ["avx512f", "avx512vl", "avx512dq", "avx512bw"]) { return 64 }
      return flags.isSuperset(of: ["avx2", "fma"]) ? 32 : 16
    }
  #else
    private static var systemVectorByteCount: Int? { nil }
  #endif

  #if os(Linux)
    /// The caches of the first processor, from the nearest on; those of instructions are none.
    private static var systemCaches: [Cache] {
      let folder = "/sys/devices/system/cpu/cpu0/cache"
      // Threads of one core are not cores.
      let siblings = max(
        1,
        (try? String(
          contentsOfFile: "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
          encoding: .utf8)).map {
            processorCount($0.trimmingCharacters(in: .whitespacesAndNewlines))
          }
          ?? 1)
      var caches: [(level: Int, cache: Cache)] = []
      for index in 0..<8 {
        func entry(_ name: String) -> String? {
          let path = "\(folder)/index\(index)/\(name)"
          return (try? String(contentsOfFile: path, encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let level = entry("level").flatMap({ Int($0) }), entry("type") != "Instruction",
          let byteCount = entry("size").flatMap(byteCount)
        else { continue }
        let cores = (entry("shared_cpu_list").map(processorCount) ?? 1) / siblings
        caches.append((level, Cache(byteCount: byteCount, coreCount: max(cores, 1))))
      }
      return caches.sorted { $0.level < $1.level }.map(\.cache)
    }

    /// The bytes of a size such as `1024K`.
    private static func byteCount(_ text: String) -> Int? {
      let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
      guard let last = text.last, let factor = factors[last] else { return Int(text) }
      guard let count = Int(text.dropLast()), count > 0, count < 1 << 20 else { return nil }
      return count * factor
    }

    /// The number of processors in a list such as `0-3,8`.
    private static func processorCount(_ list: String) -> Int {
      list.split(separator: ",").reduce(0) { count, range in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, last >= first, last < 1 << 16 else {
          return count
        }
        return count + last - first + 1
      }
    }
  #elseif canImport(Darwin)
    /// The first and the second cache of a core.
    private static var systemCaches: [Cache] {
      func size(_ name: String) -> Int? {
        var size = 0
        var length = MemoryLayout<Int>.size
        return sysctlbyname(name, &size, &length, nil, 0) == 0 && size > 0 ? size : nil
      }
      return ["hw.l1dcachesize", "hw.l2cachesize"].compactMap(size).map { Cache(byteCount: $0) }
    }
  #else
    private static var systemCaches: [Cache] { [] }
  #endif
}
