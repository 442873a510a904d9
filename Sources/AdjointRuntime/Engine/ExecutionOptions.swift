import AdjointCore

/// What one plan asks for that its engine has otherwise; nil for what the engine has.
package struct ExecutionOptions: Hashable, Sendable {
  /// The most threads a run uses, itself included.
  package var threads: Int?
  /// The most bytes that a context may allocate: its arena and whatever back end and threads need besides.
  package var maximumArenaByteCount: Int?
  /// What loop nests become.
  package var backend: Backend?

  /// The machine that the plan was made for.
  package var machine: MachineModel

  package init(
    threads: Int? = nil, maximumArenaByteCount: Int? = nil, backend: Backend? = nil,
    machine: MachineModel = .thisMachine
  ) {
    self.threads = threads
    self.maximumArenaByteCount = maximumArenaByteCount
    self.backend = backend
    self.machine = machine
  }

  /// The number of threads in force, at least one.
  func threadLimit(on engine: ExecutionEngine) -> Int {
    max(1, min(threads ?? engine.threads, ThreadPool.maximumThreads))
  }

  /// The size limit in force.
  func byteLimit(on engine: ExecutionEngine) -> Int {
    maximumArenaByteCount ?? engine.maximumByteCount
  }
}
