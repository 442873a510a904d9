import Adjoint

/// What no program can be faster than.
enum Limit: Sendable {
  /// Arithmetic at the speed of a large matrix product, or memory at the speed of a plain loop.
  case work(Work)
  /// A function written out by hand, evaluated as often as asked.
  case direct(@Sendable (Int) -> Double)

  /// The microseconds that one evaluation of a function takes.
  static func microseconds(of function: (Int) -> Double) throws(Diagnostic) -> Double {
    let count = 100_000
    let sampling = Sampling(repeats: 21, limit: .seconds(2))
    var sink = 0.0
    let samples = try sampling.microseconds { () throws(Diagnostic) in sink += function(count) }
    return withExtendedLifetime(sink) { Sampling.median(ofSorted: samples) / Double(count) }
  }
}

/// The arithmetic and the memory traffic that a step cannot do without.
struct Work: Sendable {
  /// Floating-point operations; a multiplication with an addition is two, an exponential about 20.
  let operations: Double
  /// Bytes of inputs and parameters, each once.
  let bytesRead: Double
  /// Bytes of results and updated parameters, each once.
  let bytesWritten: Double

  /// The microseconds it takes at so many floating-point operations and bytes a second.
  func microseconds(at speed: (operations: Double, bytes: Double)) -> Double {
    max(operations / speed.operations, (bytesRead + bytesWritten) / speed.bytes) * 1e6
  }
}
