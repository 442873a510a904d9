import Foundation

/// What this process may use of the machine: all of it, or what its control groups leave.
package enum AvailableMachine {
  /// The processors, at least one.
  ///
  /// A quota of one and a half is two threads, of which each waits for the other now and then.
  package static var processorCount: Int {
    processorCount(of: ProcessInfo.processInfo.activeProcessorCount, in: ControlGroup())
  }

  package static func processorCount(of processors: Int, in group: ControlGroup) -> Int {
    // A quota beyond all machines is none.
    let quota = min((group.processors ?? .infinity).rounded(.up), 1e6)
    return max(1, min(processors, Int(quota)))
  }

  /// The bytes of memory.
  package static var memoryByteCount: Int {
    memoryByteCount(
      of: Int(clamping: ProcessInfo.processInfo.physicalMemory), in: ControlGroup())
  }

  package static func memoryByteCount(of memory: Int, in group: ControlGroup) -> Int {
    min(memory, group.memoryByteCount ?? .max)
  }
}
