import Adjoint
import AdjointTables
import ArgumentParser

/// Which columns of a CSV file are read, and how.
struct ColumnOptions: ParsableArguments {
  /// What becomes of values that are missing.
  struct Missing: ExpressibleByArgument {
    let policy: CSVFile.MissingValues

    init(_ policy: CSVFile.MissingValues) { self.policy = policy }

    init?(argument: String) {
      switch argument {
      case "refuse": policy = .refuse
      case "drop": policy = .dropRows
      case "mean": policy = .mean
      default:
        guard let number = Double(argument), number.isFinite else { return nil }
        policy = .fill(number)
      }
    }

    var defaultValueDescription: String { policy.description }
  }

  /// What separates fields.
  enum Separator: String, ExpressibleByArgument, CaseIterable {
    case auto, comma, semicolon, tab

    var separator: CSVFile.Separator {
      switch self {
      case .auto: .automatic
      case .comma: .comma
      case .semicolon: .semicolon
      case .tab: .tab
      }
    }
  }

  @Option(
    help: ArgumentHelp("The columns with the features, by name.", valueName: "a,b"),
    transform: NameList.init)
  var columns: NameList?

  @Option(help: ArgumentHelp("The column with the labels, if not the last.", valueName: "name"))
  var labelColumn: String?

  @Option(
    help: ArgumentHelp(
      "What becomes of missing values: refuse, drop (the row), mean (of the column in the training data), "
        + "or a number.",
      valueName: "policy"))
  var missing = Missing(.refuse)

  @Option(help: "What separates the fields of a line: auto, comma, semicolon or tab.")
  var separator = Separator.auto

  @Option(
    help: ArgumentHelp(
      "The names of the classes in the order of their numbers; else they are sorted.",
      valueName: "a,b"),
    transform: NameList.init)
  var classes: NameList?

  /// The same in the library's terms.
  ///
  /// - Parameter means: The means of the columns of the training data, which are taken for those of data to
  ///   test on.
  func options(
    header: CSVFile.Header, labelled: Bool = true, means: [Double]? = nil
  ) -> CSVFile.Options {
    var policy = missing.policy
    if policy == .mean, let means { policy = .fillEach(means) }
    return CSVFile.Options(
      header: header, separator: separator.separator, missingValues: policy,
      columns: columns?.names, labelColumn: labelled ? labelColumn : nil,
      classNames: labelled ? classes?.names : nil)
  }
}
