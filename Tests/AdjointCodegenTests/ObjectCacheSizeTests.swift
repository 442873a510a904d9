import AdjointCodegen
import Foundation
import Testing

@Suite struct ObjectCacheSizeTests {
  private let folder = CacheTestFolder()

  private func cache(_ byteCount: Int) -> ObjectCache {
    var limits = ObjectCache.Limits()
    limits.byteCount = byteCount
    return ObjectCache(folder.path, limits: limits) { Issue.record("\($0)") }
  }

  /// Makes a file look as if it had last been used so many seconds ago.
  private func age(_ path: String, by seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
  }

  @Test func staysWithinItsSize() throws {
    let cache = cache(100_000)
    for number in 0..<200 {
      cache.store(Array(repeating: UInt8(number), count: 5000), for: "key \(number)")
      var total = 0
      for entry in folder.entries {
        total += try FileManager.default.attributesOfItem(atPath: entry)[.size] as? Int ?? 0
      }
      #expect(total <= 120_000)
    }
    #expect(folder.entries.count >= 10)
  }

  @Test func removesWhatWasNotUsedForLongest() throws {
    let cache = cache(100_000)
    for number in 0..<19 {
      let known = Set(folder.entries)
      cache.store(Array(repeating: 1, count: 5000), for: "key \(number)")
      for entry in folder.entries where !known.contains(entry) {
        try age(entry, by: Double(100_000 - number * 5000))
      }
    }
    // The oldest is used again.
    #expect(cache.object(for: "key 0")?.count == 5000)
    try age("\(folder.path)/last-sweep", by: 4000)
    cache.store(Array(repeating: 1, count: 9000), for: "last")
    #expect(cache.object(for: "key 0") != nil)
    #expect(cache.object(for: "last") != nil)
    for number in 1..<5 { #expect(cache.object(for: "key \(number)") == nil) }
    for number in 10..<19 { #expect(cache.object(for: "key \(number)") != nil) }
  }

  @Test func touchesOnlyItsOwnFiles() throws {
    try folder.make()
    let others = ["notes.txt", "other.object", "unfinished-1-new", "unfinished-1-old"]
    for name in others {
      try Data(count: 200_000).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }
    try age("\(folder.path)/unfinished-1-old", by: 7200)
    let cache = cache(100_000)
    cache.store([1], for: "a")
    // Abandoned by a process that was killed, and nobody else's.
    #expect(!folder.files.contains("unfinished-1-old"))
    for name in others.dropLast() { #expect(folder.files.contains(name)) }
    #expect(cache.object(for: "a") == [1])
  }

  @Test func leavesOutWhatIsTooLarge() {
    let cache = cache(100_000)
    cache.store(Array(repeating: 1, count: 50_000), for: "a")
    #expect(cache.object(for: "a") == nil)
    #expect(folder.entries.isEmpty)
  }

  @Test func writersAtOnceLeaveWholeEntries() async {
    let path = folder.path
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<60 {
            // Each of them opens the folder on its own, as processes do.
            let cache = ObjectCache(path) { Issue.record("\($0)") }
            let key = "key \((writer + round) % 5)"
            let count = 2000 + 1000 * ((writer + round) % 5)
            if let found = cache.object(for: key) { #expect(found.count == count) }
            cache.store(Array(repeating: UInt8(writer), count: count), for: key)
            let found = cache.object(for: key)
            #expect(found?.count == count)
            #expect(Set(found ?? []).count == 1)
          }
        }
      }
    }
    #expect(folder.entries.count == 5)
    #expect(folder.files.allSatisfy { !$0.hasPrefix("unfinished") })
  }
}
