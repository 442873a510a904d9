import AdjointCodegen
import AdjointCore
import Foundation
import Testing

@Suite struct ObjectCacheTests {
  private let folder = CacheTestFolder()
  private let log = NoticeLog()

  private func cache(_ limits: ObjectCache.Limits = .init()) -> ObjectCache {
    ObjectCache(folder.path, limits: limits) { [log] in log.add($0) }
  }

  private let object: [UInt8] = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }

  @Test func givesBackWhatWasStored() {
    cache().store(object, for: "a")
    cache().store([], for: "b")
    #expect(cache().object(for: "a") == object)
    #expect(cache().object(for: "b") == [])
    #expect(cache().object(for: "c") == nil)
    #expect(log.notices.isEmpty)
  }

  /// A descriptor that is closed twice can be one that another thread has opened in between.
  @Test func aRefusedFolderClosesNobodyElsesFile() throws {
    try folder.make(mode: 0o777)
    let lost = Counter()
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      for _ in 0..<20_000 {
        if worker == 0 {
          _ = cache().object(for: "a")
        } else {
          let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
          sched_yield()
          if close(file) != 0 { lost.add() }
        }
      }
    }
    #expect(lost.value == 0)
  }

  @Test func keepsEntriesFromOtherUsers() throws {
    cache().store(object, for: "a")
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(try mode(folder.path) == 0o700)
    #expect(try mode(folder.entries[0]) == 0o600)
  }

  @Test func replacesAnEntry() {
    cache().store([1], for: "a")
    cache().store([2], for: "a")
    #expect(cache().object(for: "a") == [2])
    #expect(folder.entries.count == 1)
  }

  // MARK: Damage

  /// Changes the only entry and expects that it is not used, but removed with one notice.
  private func expectNoticed(_ name: String, _ damage: (inout [UInt8]) -> Void) throws {
    cache().store(object, for: "key")
    let entry = URL(
      fileURLWithPath: try #require(
        folder.entries.first, "\(name): \(log.notices), \(folder.files)"))
    var bytes = [UInt8](try Data(contentsOf: entry))
    damage(&bytes)
    try Data(bytes).write(to: entry)
    let before = log.notices.count
    #expect(cache().object(for: "key") == nil, "\(name)")
    #expect(folder.entries.isEmpty, "\(name)")
    #expect(log.codes.dropFirst(before) == [.cacheDamaged], "\(name)")
  }

  @Test func noticesEveryFlippedByte() throws {
    let length = 16 + 24 + 3 + object.count
    for place in Array(0..<60) + [100, 500, length - 1] {
      try expectNoticed("byte \(place)") { $0[place] ^= 0x20 }
    }
  }

  @Test func noticesEveryLength() throws {
    let length = 16 + 24 + 3 + object.count
    for count in [0, 1, 15, 16, 23, 24, 39, 40, 42, 43, 44, length - 1] {
      try expectNoticed("first \(count) bytes") { $0.removeLast($0.count - count) }
    }
    try expectNoticed("one more byte") { $0.append(0) }
    try expectNoticed("twice") { $0 += $0 }
    try expectNoticed("huge lengths") { bytes in
      for place in 16..<32 { bytes[place] = 0xFF }
    }
  }

  @Test func refusesTheEntryOfAnotherKey() throws {
    cache().store([1], for: "a")
    let name = folder.entries[0]
    cache().store([2], for: "b")
    let other = try #require(folder.entries.first { $0 != name })
    try FileManager.default.removeItem(atPath: name)
    try FileManager.default.moveItem(atPath: other, toPath: name)
    #expect(cache().object(for: "a") == nil)
    #expect(log.codes == [.cacheDamaged])
  }

  @Test func survivesWhatIsNoFile() throws {
    cache().store(object, for: "a")
    let name = folder.entries[0]
    try FileManager.default.removeItem(atPath: name)
    try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
    #expect(cache().object(for: "a") == nil)
    try FileManager.default.removeItem(atPath: name)
    try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "/etc/passwd")
    #expect(cache().object(for: "a") == nil)
    #expect(mkfifo(name, 0o600) == 0)
    #expect(cache().object(for: "a") == nil)
    #expect(folder.entries.isEmpty)
  }

  // MARK: Folders that cannot be used

  @Test func saysOnceThatAFolderCannotBeMade() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path))
    let cache = ObjectCache(folder.path + "/below/it") { [log] in log.add($0) }
    for key in ["a", "b"] {
      cache.store(object, for: key)
      #expect(cache.object(for: key) == nil)
    }
    #expect(log.codes == [.cacheUnusable])
    #expect(log.notices[0].message.contains("\(folder.path)/below/it"))
    #expect(log.notices[0].message.contains("name another folder"))
  }

  @Test(arguments: [0o777, 0o770, 0o702, 0o1777])
  func refusesAFolderThatOthersCanWriteTo(mode: Int) throws {
    try folder.make(mode: mode)
    let cache = cache()
    cache.store(object, for: "a")
    #expect(cache.object(for: "a") == nil)
    #expect(folder.files.isEmpty)
    #expect(log.codes == [.cacheUnusable])
    #expect(log.notices[0].message.contains("other users can write to it"))
  }

  @Test(.enabled(if: geteuid() == 0)) func refusesAFolderOfAnotherUser() throws {
    try folder.make()
    #expect(chown(folder.path, 12345, 12345) == 0)
    cache().store(object, for: "a")
    #expect(folder.files.isEmpty)
    #expect(log.notices[0].message.contains("it belongs to another user"))
  }

  @Test(.enabled(if: geteuid() != 0)) func readsAFolderThatItCannotWriteTo() throws {
    cache().store([1], for: "a")
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    let cache = cache()
    cache.store([2], for: "b")
    cache.store([3], for: "c")
    #expect(cache.object(for: "a") == [1])
    #expect(log.codes == [.cacheUnusable])
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
  }

  @Test func worksOnWhereTheFolderHasGone() throws {
    let cache = cache()
    cache.store([1], for: "a")
    try FileManager.default.removeItem(atPath: folder.path)
    #expect(cache.object(for: "a") == nil)
    cache.store([2], for: "b")
    #expect(log.codes == [.cacheUnusable])
  }
}
