import ArgumentParser

/// The rule for `--threads`.
enum ThreadCount {
  /// - Throws: `ValidationError` for a number below 1.
  static func validate(_ threads: Int?) throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads must be at least 1, not \(threads)")
    }
  }
}
