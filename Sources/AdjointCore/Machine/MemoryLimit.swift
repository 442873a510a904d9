/// How much memory values may have where nobody sets a limit.
package enum MemoryLimit {
  /// Three quarters, in bytes, of the machine's memory or of what the control groups of this process
  /// leave of it.
  package static let standard = AvailableMachine.memoryByteCount / 4 * 3

  /// Refuses to allocate more than the limit, before it is tried.
  ///
  /// - Throws: `.memoryLimit` that says what for.
  package static func check(_ byteCount: Int, for what: String) throws(Diagnostic) {
    guard byteCount <= standard else {
      throw Diagnostic(
        .memoryLimit,
        "\(what) needs \(byteCount) bytes, more than the limit of \(standard), three quarters of the "
          + "memory that this process may use; use smaller extents")
    }
  }
}
