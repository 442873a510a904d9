import Adjoint
import AdjointTables
import ArgumentParser

/// How tables in CSV files are read.
struct TableOptions: ParsableArguments {
  /// Whether the first line of a CSV file has names.
  enum Header: String, ExpressibleByArgument, CaseIterable {
    case auto, yes, no
  }

  @Option(
    help: ArgumentHelp(
      "Whether the first line of CSV files is a header.",
      discussion: "By itself it is one where no field is a number or a word for a missing value."))
  var header = Header.auto

  /// The same in the library's terms.
  var csvHeader: CSVFile.Header {
    switch header {
    case .auto: .automatic
    case .yes: .present
    case .no: .absent
    }
  }
}
