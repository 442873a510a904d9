import AdjointCore
import Foundation

#if os(Linux) && canImport(Runtime)
  import Runtime
#endif

/// Finds the places in user code from which mistakes were made.
///
/// Made once for all mistakes of a report, since to look an address up takes milliseconds.
struct CallerLocations {
  #if os(Linux) && canImport(Runtime)
    private let images = LoadedImages()
    /// The places of the addresses that were looked up; nil for this package's own.
    private var known: [UInt64: SourceLocation?] = [:]

    /// The user's call is one of the innermost, and to open a file of code takes as long as some addresses.
    private static let addressesAtOnce = 8
  #endif

  /// The innermost place outside this package's sources, or nil where there is no debug information.
  mutating func location(of stack: CallStack) -> SourceLocation? {
    #if os(Linux) && canImport(Runtime)
      for (number, address) in stack.returnAddresses.enumerated() {
        if known[address] == nil {
          lookUp(stack.returnAddresses[number...].prefix(Self.addressesAtOnce))
        }
        if case .some(.some(let place)) = known[address] { return place }
      }
    #endif
    return nil
  }

  #if os(Linux) && canImport(Runtime)
    /// Finds the places of the first addresses, as far as they are of one file.
    private mutating func lookUp(_ addresses: ArraySlice<UInt64>) {
      guard let first = addresses.first else { return }
      known.updateValue(nil, forKey: first)
      guard let backtrace = images.backtrace(of: Array(addresses)) else { return }
      for frame in backtrace.symbolicated()?.frames ?? [] {
        guard let address = UInt64(frame.captured.originalProgramCounter) else { continue }
        // Functions that were inlined at an address come first.
        if case .some(.some) = known[address] { continue }
        known.updateValue(frame.symbol?.sourceLocation.flatMap(Self.userPlace), forKey: address)
      }
    }

    private static func userPlace(_ place: SymbolicatedBacktrace.SourceLocation) -> SourceLocation?
    {
      guard place.line > 0, !isOurs(place.path), !isGenerated(place.path) else { return nil }
      return SourceLocation(file: shortened(place.path), line: place.line, column: place.column)
    }
  #endif

  /// Whether a file is one of this package's sources; of some, debug information has a relative path.
  private static func isOurs(_ path: String) -> Bool {
    path.hasPrefix(sourcesFolder) || path.hasPrefix("Sources/Adjoint")
  }

  /// Whether nobody wrote the code: the compiler's own, and what macros expand to.
  private static func isGenerated(_ path: String) -> Bool {
    path.contains("<compiler-generated>") || path.contains("swift-generated-sources/")
  }

  /// The folder of this package's targets.
  private static let sourcesFolder: String = {
    let components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    let target = components.lastIndex(of: "AdjointGraph") ?? components.endIndex
    return components[..<target].joined(separator: "/") + "/"
  }()

  /// The last folder and the file, the form of `#fileID`.
  private static func shortened(_ path: String) -> String {
    path.split(separator: "/").suffix(2).joined(separator: "/")
  }
}
