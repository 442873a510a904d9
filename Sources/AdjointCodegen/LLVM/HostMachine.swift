/// The processor that kernels are generated for, as LLVM describes it.
///
/// What vectors it has is read off its features, so all that count must be listed.
package struct HostMachine: Hashable, Sendable {
  /// The triple of architecture and system, such as `x86_64-pc-linux-gnu`.
  package var triple: String
  /// The processor's name, such as `znver4`.
  package var name: String
  /// The instruction sets it has, such as `+avx2,+fma`.
  package var features: String

  /// The bytes of the widest vector registers that it computes with.
  package var vectorByteCount: Int {
    let all = features.split(separator: ",")
    func has(_ feature: Substring) -> Bool { all.contains(feature) }
    if has("+avx512f"), has("+avx512vl"), has("+avx512dq"), has("+avx512bw") { return 64 }
    if has("+avx2"), has("+fma") { return 32 }
    return 16
  }

  /// The vector registers that it has: 32 with AVX-512 and with NEON.
  package var vectorRegisterCount: Int { isARM || vectorByteCount == 64 ? 32 : 16 }

  private var isARM: Bool { triple.hasPrefix("aarch64") || triple.hasPrefix("arm64") }

  /// Whether a multiplication and an addition are one instruction with one rounding.
  package var hasFusedMultiplyAdd: Bool {
    isARM || features.split(separator: ",").contains("+fma")
  }

  init(_ library: LLVMLibrary) {
    triple = library.take(library.hostTriple())
    name = library.take(library.hostName())
    features = library.take(library.hostFeatures())
  }
}
