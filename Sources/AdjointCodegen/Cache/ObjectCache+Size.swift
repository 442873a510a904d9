import Synchronization

extension ObjectCache {
  /// A file whose age says when any process last looked at the size.
  private static let marker = "last-sweep"
  /// Files that no process has finished for so many seconds never will be.
  private static let abandonment = 3600

  /// Looks at the size now and then, and removes what has not been used for longest where it is too
  /// large.
  ///
  /// Only files that have the names of entries are counted or removed.
  func limitSize(of folder: CacheFolder, after byteCount: Int) {
    let stored = storedByteCount.wrappingAdd(byteCount, ordering: .relaxed).newValue
    if stored < limits.byteCount / 8, let age = folder.age(of: Self.marker), age < limits.interval {
      return
    }
    storedByteCount.store(0, ordering: .relaxed)
    // First of all, so that other processes do not do the same. If it fails they do; no harm.
    try? folder.write([], as: Self.marker)
    var entries: [CacheFolder.Item] = []
    for item in folder.items() {
      if item.name.hasSuffix(Self.suffix), item.name.utf8.count == 32 + Self.suffix.utf8.count {
        entries.append(item)
      } else if item.name.hasPrefix(CacheFolder.temporaryPrefix), item.age > Self.abandonment {
        folder.remove(item.name)
      }
    }
    var total = entries.reduce(0) { $0 + $1.byteCount }
    guard total > limits.byteCount else { return }
    for entry in entries.sorted(by: { $0.age > $1.age }) {
      // Some room is left, so that it is not done again soon.
      if total <= limits.byteCount / 4 * 3 { return }
      folder.remove(entry.name)
      total -= entry.byteCount
    }
  }
}
