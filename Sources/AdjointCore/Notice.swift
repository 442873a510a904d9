import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What went wrong where the work could still be done, only slower: a missing library, a cache that
/// cannot be written.
///
/// Of each code one is given in a process, as one line on standard error unless the program receives
/// it.
public enum Notice {
  private struct State {
    var receiver: @Sendable (Diagnostic) -> Void = { Notice.print($0) }
    var given: Set<Diagnostic.Code> = []
  }

  private static let state = Mutex(State())

  /// Gives what follows to a closure, in place of standard error.
  ///
  /// The closure is called on the thread that met the difficulty.
  public static func receive(with receiver: @escaping @Sendable (Diagnostic) -> Void) {
    state.withLock { $0.receiver = receiver }
  }

  /// Gives a notice, unless one of its code was given before.
  package static func give(_ diagnostic: Diagnostic) {
    let receiver = state.withLock { state in
      state.given.insert(diagnostic.code).inserted ? state.receiver : nil
    }
    receiver?(diagnostic)
  }

  private static func print(_ diagnostic: Diagnostic) {
    let line = Array("warning: \(diagnostic)\n".utf8)
    // One call, so that lines of several threads are not mixed; nobody may listen.
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
