import AdjointCore

#if canImport(Runtime)
  import Runtime
#endif

/// The calls that led to a mistake, from which the place in user code is found later.
///
/// Functions take `#fileID` and `#line` as default arguments. Swift's infix operators cannot have any, so
/// for them the return addresses are kept when a mistake is made, and looked up when it is reported.
struct CallStack {
  #if canImport(Runtime)
    /// The innermost frames first, a few in each part: to look a frame up takes milliseconds, and the user's
    /// is one of the first.
    private var parts: [Backtrace] = []
  #endif

  private static let framesAtOnce = 6
  private static let mostFrames = 64

  /// The return addresses of this call and those that led to it.
  static func capture() -> CallStack {
    var stack = CallStack()
    #if canImport(Runtime)
      var seen = 0
      while seen < mostFrames,
        let part = try? Backtrace.capture(limit: framesAtOnce + 1, offset: seen, top: 0)
      {
        stack.parts.append(part)
        // Behind the last frame of a part of the stack it says that there are more.
        guard case .truncated? = Array(part.frames).last else { break }
        seen += framesAtOnce
      }
    #endif
    return stack
  }

  /// The innermost place outside this package's sources, or nil where there is no debug information.
  func callerLocation() -> SourceLocation? {
    #if canImport(Runtime)
      for part in parts {
        guard let symbolicated = part.symbolicated() else { return nil }
        for frame in symbolicated.frames {
          guard let place = frame.symbol?.sourceLocation, place.line > 0 else { continue }
          if Self.isOurs(place.path) || Self.isGenerated(place.path) { continue }
          return SourceLocation(
            file: Self.shortened(place.path), line: place.line, column: place.column)
        }
      }
    #endif
    return nil
  }

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
