import AdjointCore
import Foundation

/// One zeroed allocation that holds every buffer of a plan; aligned for vector instructions and,
/// where it is large, for huge pages.
final class Arena {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  private static let hugePage = 2 << 20

  init(byteCount: Int) throws(Diagnostic) {
    let used = max(byteCount, 64)
    // Whole huge pages, where they are at least half in use.
    let unit = used >= Self.hugePage / 2 ? Self.hugePage : 64
    let (rounded, overflow) = ((used - 1) / unit + 1).multipliedReportingOverflow(by: unit)
    var memory: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&memory, unit, rounded) == 0, let memory else {
      throw Diagnostic(
        .memoryLimit,
        "the system refused \(Self.mebibytes(byteCount)) MiB of memory; use a smaller batch or close"
          + " other programs")
    }
    #if os(Linux)
      if unit == Self.hugePage { _ = madvise(memory, rounded, 14 /* MADV_HUGEPAGE */) }
    #endif
    memset(memory, 0, used)
    base = memory
    self.byteCount = used
  }

  deinit { free(base) }

  /// Bytes as MiB with one decimal, for messages.
  static func mebibytes(_ byteCount: Int) -> String {
    let tenths = (Double(byteCount) / 104857.6).rounded(.up)
    return String(tenths / 10)
  }
}
