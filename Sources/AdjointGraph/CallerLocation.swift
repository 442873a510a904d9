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
  package static func current() -> SourceLocation? {
    #if canImport(Runtime)
      guard let backtrace = try? Backtrace.capture(limit: 64),
        let symbolicated = backtrace.symbolicated()
      else { return nil }
      for frame in symbolicated.frames {
        guard let place = frame.symbol?.sourceLocation, place.line > 0 else { continue }
        if place.path.hasPrefix(sourcesFolder) || isGenerated(place.path) { continue }
        return SourceLocation(file: shortened(place.path), line: place.line, column: place.column)
      }
    #endif
    return nil
  }

  /// Whether nobody wrote the code: the compiler's own, and what macros expand to.
  private static func isGenerated(_ path: String) -> Bool {
    path.hasPrefix("/<compiler") || path.contains("swift-generated-sources/")
  }

  /// The folder of this package's targets.
  private static let sourcesFolder: String = {
    let components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return components.dropLast(2).joined(separator: "/") + "/"
  }()

  /// The last folder and the file, the form of `#fileID`.
  private static func shortened(_ path: String) -> String {
    path.split(separator: "/").suffix(2).joined(separator: "/")
  }
}
