import AdjointCodegen
import AdjointCore
import Foundation
import Synchronization

/// A folder for a cache that goes away with its last user.
final class CacheTestFolder: Sendable {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "adjoint-cache-\(UUID().uuidString)"
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The paths of the entries.
  var entries: [String] {
    files.filter { $0.hasSuffix(".object") }.map { "\(path)/\($0)" }
  }

  /// The names of all files.
  var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Makes the folder, with a mode.
  func make(mode: Int = 0o700) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}

/// What was said, for tests of notices.
final class NoticeLog: Sendable {
  private let log = Mutex<[Diagnostic]>([])

  func add(_ notice: Diagnostic) { log.withLock { $0.append(notice) } }

  var notices: [Diagnostic] { log.withLock { $0 } }
  var codes: [Diagnostic.Code] { notices.map(\.code) }
}

/// A number that several threads add to.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  func add() { count.add(1, ordering: .relaxed) }

  var value: Int { count.load(ordering: .relaxed) }
}
