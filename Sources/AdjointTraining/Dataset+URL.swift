import Adjoint
import AdjointTables
import Foundation

extension Dataset {
  /// Reads examples from an NPY, IDX or CSV file that has the label of each in its last column.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as
  ///   `init(contentsOf:as:labelsInLastColumnAs:header:)` with a path.
  public init(
    contentsOf url: URL, as scalarType: ScalarType = .f32,
    labelsInLastColumnAs labelType: ScalarType, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: url.localPath(), as: scalarType, labelsInLastColumnAs: labelType, header: header)
  }

  /// Reads examples from a CSV file with columns chosen by name, labels that are names, or values that
  /// are missing.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as
  ///   `init(contentsOf:as:labelsAs:options:)` with a path.
  public init(
    contentsOf url: URL, as scalarType: ScalarType = .f32,
    labelsAs labelType: ScalarType, options: CSVFile.Options
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: url.localPath(), as: scalarType, labelsAs: labelType, options: options)
  }
}
