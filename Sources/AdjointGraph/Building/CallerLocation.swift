import AdjointCore

#if canImport(Runtime)
  import Runtime
#endif

/// Where user code called into this package, found after the fact.
///
/// Functions take `#fileID` and `#line` as default arguments. Swift's infix operators cannot have
/// any, so for them the call stack is searched, and only when a mistake is about to be reported.
package enum CallerLocation {
  /// The innermost place on the call stack outside this package's sources, or nil where there is no
  /// debug information.
  ///
  /// Frames are looked up a few at a time: each takes milliseconds, and the user's is one of the first.
  package static func current() -> SourceLocation? {
    #if canImport(Runtime)
      var seen = 0
      while seen < mostFrames {
        guard
          let backtrace = try? Backtrace.capture(limit: framesAtOnce + 1, offset: seen, top: 0),
          let symbolicated = backtrace.symbolicated()
        else { return nil }
        for frame in symbolicated.frames {
          guard let place = frame.symbol?.sourceLocation, place.line > 0 else { continue }
          if place.path.hasPrefix(sourcesFolder) || isGenerated(place.path) { continue }
          return SourceLocation(
            file: shortened(place.path), line: place.line, column: place.column)
        }
        // Behind the last frame of a part of the stack it says that there are more.
        guard case .truncated? = Array(backtrace.frames).last else { return nil }
        seen += framesAtOnce
      }
    #endif
    return nil
  }

  private static let framesAtOnce = 6
  private static let mostFrames = 64

  /// Whether nobody wrote the code: the compiler's own, and what macros expand to.
  private static func isGenerated(_ path: String) -> Bool {
    path.hasPrefix("/<compiler") || path.contains("swift-generated-sources/")
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
