#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A thread of a pool.
struct PoolThread {
  private let thread: pthread_t

  /// Starts a thread that does some work; nil where the system has no more.
  ///
  /// Signals to the process are for threads of its host: this one takes none but those of its own mistakes
  /// and of profilers.
  static func start(
    _ name: String, _ work: @escaping @Sendable () -> Void
  ) -> PoolThread? {
    var signals = sigset_t()
    var before = sigset_t()
    sigfillset(&signals)
    for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF] {
      sigdelset(&signals, signal)
    }
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let start = Unmanaged.passRetained(Start(name, work)).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      if pthread_create(&thread, nil, beginThread, start) == 0, let thread {
        return PoolThread(thread: thread)
      }
    #else
      var thread = pthread_t()
      if pthread_create(&thread, nil, beginThread, start) == 0 {
        return PoolThread(thread: thread)
      }
    #endif
    Unmanaged<Start>.fromOpaque(start).release()
    return nil
  }

  /// The nanoseconds that it has had of processors; nil where the system does not say.
  var processorTime: Int? {
    #if os(Linux)
      var clock = clockid_t()
      guard pthread_getcpuclockid(thread, &clock) == 0 else { return nil }
      return ThreadClock.nanoseconds(of: clock)
    #else
      return nil
    #endif
  }

  /// Waits until a thread has ended.
  static func join(_ thread: PoolThread) { pthread_join(thread.thread, nil) }

  fileprivate final class Start: Sendable {
    private let name: String
    private let work: @Sendable () -> Void

    init(_ name: String, _ work: @escaping @Sendable () -> Void) {
      self.name = name
      self.work = work
    }

    func run() {
      #if canImport(Darwin)
        pthread_setname_np(name)
      #else
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
          _ = name.utf8.withContiguousStorageIfAvailable {
            write(file, $0.baseAddress, $0.count)
          }
          close(file)
        }
      #endif
      work()
    }
  }
}

#if canImport(Darwin)
  private func beginThread(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<PoolThread.Start>.fromOpaque(start).takeRetainedValue().run()
    return nil
  }
#else
  private func beginThread(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let start { Unmanaged<PoolThread.Start>.fromOpaque(start).takeRetainedValue().run() }
    return nil
  }
#endif
