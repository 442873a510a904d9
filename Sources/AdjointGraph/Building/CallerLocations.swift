import AdjointCore
import Synchronization

#if os(Linux) && canImport(Runtime)
  import Runtime
#endif

/// Finds the places in user code from which mistakes were made.
///
/// Made once for all mistakes of a report, since to list what is loaded takes a while.
struct CallerLocations {
  #if os(Linux) && canImport(Runtime)
    private let images = LoadedImages()

    /// The user's call is one of the innermost, and to open a file of code takes as long as some addresses.
    private static let addressesAtOnce = 8
    private static let mostKnown = 4096

    /// An address in a file of code, as long as the file is loaded there.
    private struct CallSite: Hashable {
      var image: LoadedImages.Image
      var address: UInt64
    }

    /// The places of the addresses that were looked up; nil for this package's own.
    ///
    /// To look one up reads all line tables of its file, a tenth of a second and more in a large program.
    private static let known = Mutex<[CallSite: SourceLocation?]>([:])
  #endif

  /// The innermost place outside this package's sources, or nil where there is no debug information.
  func location(of stack: CallStack) -> SourceLocation? {
    #if os(Linux) && canImport(Runtime)
      for (number, address) in stack.returnAddresses.enumerated() {
        guard let image = images.image(at: address) else { continue }
        let next = stack.returnAddresses[number...].prefix(Self.addressesAtOnce)
          .prefix { image.addresses.contains($0) }
        // What calls the user's code is mostly known from other mistakes.
        let (known, unknown) = Self.known.withLock { known in
          (
            known[CallSite(image: image, address: address)],
            next.filter { known[CallSite(image: image, address: $0)] == nil }
          )
        }
        if let place = known ?? lookUp(unknown, in: image) { return place }
      }
    #endif
    return nil
  }

  #if os(Linux) && canImport(Runtime)
    /// Finds the places of addresses in one file, and gives that of the first.
    private func lookUp(_ addresses: [UInt64], in image: LoadedImages.Image) -> SourceLocation? {
      var found: [UInt64: SourceLocation] = [:]
      for frame in images.backtrace(of: addresses, in: image)?.symbolicated()?.frames ?? [] {
        // Functions that were inlined at an address come first.
        guard let address = UInt64(frame.captured.originalProgramCounter), found[address] == nil
        else { continue }
        found[address] = frame.symbol?.sourceLocation.flatMap(Self.userPlace)
      }
      Self.known.withLock { known in
        if known.count > Self.mostKnown { known.removeAll() }
        for address in addresses {
          known.updateValue(found[address], forKey: CallSite(image: image, address: address))
        }
      }
      return addresses.first.flatMap { found[$0] }
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
