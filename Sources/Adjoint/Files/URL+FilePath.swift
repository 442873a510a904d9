import AdjointCore
import Foundation

extension URL {
  /// The path of a file on this machine.
  ///
  /// - Throws: `.invalidArgument` for a URL of anything else.
  func localPath() throws(Diagnostic) -> String {
    let host = host ?? ""
    guard isFileURL, host.isEmpty || host == "localhost" else {
      throw Diagnostic(
        .invalidArgument,
        "\(absoluteString) is not a file on this machine; give a URL that begins with file:///, such as "
          + "URL(fileURLWithPath:) makes")
    }
    return absoluteURL.path
  }
}
