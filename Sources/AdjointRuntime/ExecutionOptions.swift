import Foundation

/// What an executable may use of the machine.
package struct ExecutionOptions: Hashable, Sendable {
  /// The most threads a run uses, itself included; nil for one for each active processor, at most
  /// `maximumDefaultThreads`.
  package var threads: Int?
  /// The largest arena in bytes; nil for three quarters of the machine's memory.
  package var maximumArenaByteCount: Int?
  /// What loop nests become; nil for what `ADJOINT_BACKEND` names, else generated code.
  package var backend: Backend?

  package init(
    threads: Int? = nil, maximumArenaByteCount: Int? = nil, backend: Backend? = nil
  ) {
    self.threads = threads
    self.maximumArenaByteCount = maximumArenaByteCount
    self.backend = backend
  }

  /// More threads than this are used only if asked for.
  package static let maximumDefaultThreads = 16

  /// The number of threads in force, at least one.
  var threadLimit: Int {
    let available = min(ProcessInfo.processInfo.activeProcessorCount, Self.maximumDefaultThreads)
    return max(1, min(threads ?? available, ThreadPool.maximumThreads))
  }

  /// The size limit in force.
  var arenaLimit: Int {
    if let maximumArenaByteCount { return maximumArenaByteCount }
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return memory / 4 * 3
  }
}
