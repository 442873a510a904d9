import AdjointCore
import AdjointFormats
import Foundation

extension SafetensorsFile {
  /// The names of the classes by their numbers, which a training on labels that are names writes into its
  /// checkpoints.
  ///
  /// - Throws: `.corruptFile` where they cannot be read.
  public func classNames() throws(Diagnostic) -> [String]? {
    guard let text = metadata[Trainer.Key.classes] else { return nil }
    guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      !names.isEmpty
    else {
      throw Diagnostic(
        .corruptFile,
        "the names of the classes are '\(text.excerpt)', which is no list of texts in JSON; use another copy"
      )
    }
    return names
  }
}

extension [String: String] {
  /// Writes the names of classes as a list in JSON, since a name may have any character.
  mutating func setClassNames(_ names: [String]) {
    guard let data = try? JSONEncoder().encode(names) else { return }
    self[Trainer.Key.classes] = String(decoding: data, as: UTF8.self)
  }
}
