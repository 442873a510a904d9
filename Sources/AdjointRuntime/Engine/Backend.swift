/// What loop nests become.
public enum Backend: String, Hashable, Sendable, CaseIterable {
  /// Machine code for this processor, through LLVM; portable loops where there is no LLVM.
  case generated
  /// Loops that were compiled with the package and run on any processor.
  case portable
}
