import Foundation

extension ObjectCache {
  /// The cache that the environment asks for; nil where it is switched off.
  ///
  /// `ADJOINT_CACHE` names a folder, or is `off`. Without it the folder is `adjoint` in
  /// `XDG_CACHE_HOME`, or in `.cache` of the home folder.
  package static func standard(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> ObjectCache? {
    location(in: environment).map { ObjectCache($0) }
  }

  static func location(in environment: [String: String]) -> String? {
    if let named = environment["ADJOINT_CACHE"], !named.isEmpty {
      return named == "off" ? nil : named
    }
    // A relative path is to be ignored, says the XDG specification.
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") {
      return caches + "/adjoint"
    }
    return FileManager.default.homeDirectoryForCurrentUser.path + "/.cache/adjoint"
  }
}
