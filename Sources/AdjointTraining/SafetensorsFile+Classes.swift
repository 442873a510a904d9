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

extension SafetensorsFile {
  /// What missing values were filled with, one number for each column of features, which a training whose
  /// gaps became the means of their columns writes into its checkpoints.
  ///
  /// - Throws: `.corruptFile` where they cannot be read.
  public func columnMeans() throws(Diagnostic) -> [Double]? {
    guard let text = metadata[Trainer.Key.means] else { return nil }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let means = words.compactMap { Double($0) }.filter(\.isFinite)
    guard means.count == words.count else {
      throw Diagnostic(
        .corruptFile,
        "the means of the columns are '\(text.excerpt)', which are no numbers; use another copy")
    }
    return means
  }
}

extension [String: String] {
  /// Writes the means of columns, each with all its digits.
  mutating func setColumnMeans(_ means: [Double]) {
    self[Trainer.Key.means] = means.map { "\($0)" }.joined(separator: " ")
  }

  /// Writes the names of classes as a list in JSON, since a name may have any character.
  mutating func setClassNames(_ names: [String]) {
    guard let data = try? JSONEncoder().encode(names) else { return }
    self[Trainer.Key.classes] = String(decoding: data, as: UTF8.self)
  }
}
