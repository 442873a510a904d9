import AdjointCore
import Foundation

extension URL {
  /// The path of a file on this machine.
  ///
  /// - Throws: `.invalidArgument` for a URL of anything else.
  package func localPath() throws(Diagnostic) -> String {
    let host = host ?? ""
    guard isFileURL, host.isEmpty || host == "localhost" else {
      throw Diagnostic(
        .invalidArgument,
        "\(absoluteString) is not a file on this machine; give a URL that begins with file:///, such as "
          + "URL(fileURLWithPath:) makes")
    }
    // What stands for no character of a path is left as it is written, and would name another file.
    guard !path(percentEncoded: true).contains("%00") else {
      throw Diagnostic(
        .invalidArgument, "\(absoluteString) names no file: %00 cannot be part of a path")
    }
    return absoluteURL.path
  }
}
