import Adjoint
import AdjointTables
import AdjointTraining
import Foundation

extension EntryPoint {
  /// Options that mean harm.
  private static var options: [(name: String, options: CSVFile.Options)] {
    let long = String(repeating: "a", count: 100_000)
    let names: [(String, [String])] = [
      ("none", []), ("empty", [""]), ("twice", ["a", "a"]), ("long", [long]), ("0", ["\0"]),
      ("a", ["a"]),
    ]
    let policies: [CSVFile.MissingValues] = [
      .dropRows, .mean, .fill(.nan), .fill(-.infinity), .fill(.greatestFiniteMagnitude), .fill(0.5),
      .fillEach([]), .fillEach([.nan]), .fillEach([0.5]),
      .fillEach([1, 2, 3]),
    ]
    var all: [(name: String, options: CSVFile.Options)] = []
    for (label, list) in names {
      all.append(("columns \(label)", CSVFile.Options(columns: list)))
      all.append(("classes \(label)", CSVFile.Options(classNames: list)))
    }
    for policy in policies { all.append(("\(policy)", CSVFile.Options(missingValues: policy))) }
    all.append(("label", CSVFile.Options(labelColumn: "\n")))
    all.append(("label long", CSVFile.Options(labelColumn: long)))
    all.append(("semicolon", CSVFile.Options(separator: .semicolon)))
    all.append(("absent", CSVFile.Options(header: .absent, columns: ["a"])))
    return all
  }

  private static let text = "a,b\n1,\n,2\nnan,x\n"

  /// Tables in text.
  static let tables: [EntryPoint] = [
    EntryPoint(
      "CSVFile.Options.init(header: Header, separator: Separator, missingValues: MissingValues, "
        + "columns: [String]?, labelColumn: String?, classNames: [String]?)"
    ) { sweep in
      for (name, options) in options {
        for type in [ScalarType.f32, .i32, .bool] {
          sweep.call("\(type) \(name)") {
            try CSVFile(bytes: Array(text.utf8), as: type, lastColumnAs: .u8, options: options)
          }
        }
      }
    },
    EntryPoint(
      "CSVFile.init(bytes: [UInt8], as scalarType: ScalarType, lastColumnAs lastType: ScalarType?, "
        + "options: Options, path: String)"
    ) { sweep in
      for (name, options) in options {
        sweep.each(Hostile.bytes, "\(name) ") {
          try CSVFile(bytes: $0, lastColumnAs: .i64, options: options, path: "\u{0}").tensor
        }
      }
    },
    EntryPoint(
      "CSVFile.init(contentsOf path: String, as scalarType: ScalarType, "
        + "lastColumnAs lastType: ScalarType?, options: Options)"
    ) { sweep in
      sweep.each(Hostile.paths) { try CSVFile(contentsOf: $0, options: CSVFile.Options()) }
    },
    EntryPoint(
      "CSVFile.init(contentsOf url: URL, as scalarType: ScalarType, "
        + "lastColumnAs lastType: ScalarType?, options: Options)"
    ) { sweep in
      for url in addresses {
        sweep.call(url.absoluteString) { try CSVFile(contentsOf: url, options: CSVFile.Options()) }
      }
    },
    EntryPoint(
      "Dataset.init(contentsOf path: String, as scalarType: ScalarType, labelsAs labelType: ScalarType, "
        + "options: CSVFile.Options)"
    ) { sweep in
      sweep.each(Hostile.paths) {
        try Dataset(contentsOf: $0, labelsAs: .i32, options: CSVFile.Options()).count
      }
    },
    EntryPoint(
      "Dataset.init(contentsOf url: URL, as scalarType: ScalarType, labelsAs labelType: ScalarType, "
        + "options: CSVFile.Options)"
    ) { sweep in
      for url in addresses {
        sweep.call(url.absoluteString) {
          try Dataset(contentsOf: url, labelsAs: .i32, options: CSVFile.Options()).count
        }
      }
    },
  ]

  private static let addresses = ["https://example.com/a", "file:///no/such/file"]
    .compactMap(URL.init(string:))
}
