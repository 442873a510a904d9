import AdjointCodegen

/// A processor that the tests generate code for: this one, and older ones of its kind, whose code
/// this one can run.
enum Processor: String, CaseIterable, Sendable {
  case host
  /// 32-byte vectors and fused multiply-add.
  case haswell
  /// 16-byte vectors, no fused multiply-add.
  case baseline = "x86-64"

  /// Those that this machine can run code of; none without a library to generate code.
  static var available: [Processor] {
    guard let machine = CodeGenerator.installed?.machine else { return [] }
    return allCases.filter { processor in
      switch processor {
      case .host: true
      case .haswell: machine.triple.hasPrefix("x86_64") && machine.vectorByteCount >= 32
      case .baseline: machine.triple.hasPrefix("x86_64")
      }
    }
  }

  var generator: CodeGenerator? {
    switch self {
    case .host: CodeGenerator.installed
    case .haswell, .baseline: CodeGenerator.installed?.targeting(name: rawValue, features: "")
    }
  }

  var hasFusedMultiplyAdd: Bool {
    switch self {
    case .host: CodeGenerator.installed?.machine.hasFusedMultiplyAdd ?? false
    case .haswell: true
    case .baseline: false
    }
  }
}
