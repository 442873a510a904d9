import Adjoint
import Foundation
import Logging

/// The engine of the command, as its environment asks for it.
package enum CommandEngine {
  /// The engine, made once.
  ///
  /// - Throws: `.invalidArgument` where `ADJOINT_BACKEND` names no back end.
  package static func engine() throws(Diagnostic) -> Engine { try made.get() }

  private static let made = Result { () throws(Diagnostic) in
    Engine(try options(in: ProcessInfo.processInfo.environment))
  }

  /// The options that an environment asks for.
  ///
  /// - `ADJOINT_BACKEND` is `generated` or `portable`.
  /// - `ADJOINT_CACHE` names the folder of compiled kernels, or is `off`. Without it the folder is
  ///   `adjoint` in `XDG_CACHE_HOME`, or in `.cache` of the home folder.
  /// - `ADJOINT_LLVM` is the path of the library of LLVM.
  ///
  /// - Throws: `.invalidArgument` where `ADJOINT_BACKEND` names no back end.
  package static func options(
    in environment: [String: String]
  ) throws(Diagnostic) -> Engine.Options {
    Engine.Options(
      backend: try backend(in: environment), cacheFolder: cacheFolder(in: environment),
      llvmLibrary: value(of: "ADJOINT_LLVM", in: environment),
      logger: Logger(label: "adjoint", factory: { _ in WarningLine() }))
  }

  private static func backend(in environment: [String: String]) throws(Diagnostic) -> Backend {
    guard let name = value(of: "ADJOINT_BACKEND", in: environment) else { return .generated }
    if let backend = Backend(rawValue: name) { return backend }
    let names = Backend.allCases.map(\.rawValue).joined(separator: " or ")
    throw Diagnostic(
      .invalidArgument, "ADJOINT_BACKEND is '\(name.excerpt)'; it can be \(names)")
  }

  private static func cacheFolder(in environment: [String: String]) -> String? {
    if let named = value(of: "ADJOINT_CACHE", in: environment) {
      return named == "off" ? nil : named
    }
    // A relative path is to be ignored, says the XDG specification.
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") {
      return caches + "/adjoint"
    }
    return FileManager.default.homeDirectoryForCurrentUser.path + "/.cache/adjoint"
  }

  /// The value of a variable; nil where it is empty.
  private static func value(of name: String, in environment: [String: String]) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Writes what an engine warns of as lines on standard error.
private struct WarningLine: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.warning

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    StandardStream.error.writeIgnoringFailure("\(event.level): \(event.message)\n")
  }
}
