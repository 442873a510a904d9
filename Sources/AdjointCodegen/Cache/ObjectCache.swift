import AdjointCore
import Synchronization

extension Diagnostic.Code {
  /// The folder of compiled objects cannot be used as it should be.
  package static let cacheUnusable = Self("cache-unusable")
  /// A compiled object on the disk was not what was written there.
  package static let cacheDamaged = Self("cache-damaged")
}

/// Compiled objects in a folder on the disk, for this and later processes.
///
/// An object is kept with the whole text that it was compiled from and a checksum, so what is not
/// exactly what was asked for is not used. Any number of processes can use a folder at once. Nothing
/// that goes wrong here stops anyone: it costs one notice, and the object is compiled.
package final class ObjectCache: Sendable {
  /// The sizes that a cache keeps to.
  package struct Limits: Sendable {
    /// The most bytes of all entries, kept to within about an eighth.
    package var byteCount = 256 << 20
    /// The seconds after which the size is looked at again.
    package var interval = 3600

    package init() {}
  }

  private enum State: Sendable {
    case unopened
    case open(CacheFolder)
    case unusable

    var folder: CacheFolder? { if case .open(let folder) = self { folder } else { nil } }

    /// Opens the folder the first time; the refusal is given that time only.
    mutating func open(_ path: String) -> CacheFolder.Refusal? {
      guard case .unopened = self else { return nil }
      do {
        self = .open(try CacheFolder(path))
        return nil
      } catch {
        self = .unusable
        return error
      }
    }
  }

  package let path: String
  let limits: Limits
  private let notify: @Sendable (Diagnostic) -> Void
  private let state = Mutex<State>(.unopened)
  private let isReadOnly = Atomic<Bool>(false)
  /// The bytes stored since the size was last looked at.
  let storedByteCount = Atomic<Int>(0)

  /// A cache in a folder, which is made with the first use.
  package init(
    _ path: String, limits: Limits = Limits(),
    notify: @escaping @Sendable (Diagnostic) -> Void
  ) {
    self.path = path
    self.limits = limits
    self.notify = notify
  }

  /// The object that was stored for a key; nil where there is none.
  package func object(for key: String) -> [UInt8]? {
    guard let folder = folder() else { return nil }
    let name = Self.name(of: key)
    do {
      guard let bytes = try folder.read(name, atMost: limits.byteCount) else { return nil }
      if let object = CacheEntry.object(in: bytes, for: Array(key.utf8)) { return object }
    } catch {
      notifyUnusable("read", error)
      return nil
    }
    discard(key)
    return nil
  }

  /// Removes an object that has turned out to be of no use.
  package func discard(_ key: String) {
    folder()?.remove(Self.name(of: key))
    notify(
      Diagnostic(
        .cacheDamaged,
        "an entry of the kernel cache \(path) was damaged; it has been removed and the kernel is"
          + " compiled again"))
  }

  /// Keeps an object for a key.
  package func store(_ object: [UInt8], for key: String) {
    guard let folder = folder(), !isReadOnly.load(ordering: .relaxed) else { return }
    let bytes = CacheEntry.bytes(of: object, for: Array(key.utf8))
    guard bytes.count <= limits.byteCount / 8 else { return }
    do {
      try folder.write(bytes, as: Self.name(of: key))
      limitSize(of: folder, after: bytes.count)
    } catch {
      isReadOnly.store(true, ordering: .relaxed)
      notifyUnusable("write", error)
    }
  }

  private func folder() -> CacheFolder? {
    let (refusal, folder) = state.withLock { ($0.open(path), $0.folder) }
    if let refusal { notifyUnusable("use", refusal) }
    return folder
  }

  private func notifyUnusable(_ verb: String, _ refusal: CacheFolder.Refusal) {
    notify(
      Diagnostic(
        .cacheUnusable,
        "cannot \(verb) the kernel cache \(path): \(refusal.reason); kernels are compiled anew each"
          + " time; name another folder, or none"))
  }

  /// How the names of entries end.
  static let suffix = ".object"

  private static func name(of key: String) -> String {
    var hash = StableHash()
    hash.add(key)
    return hash.digits + suffix
  }
}
