import Adjoint
import AdjointTables
import AdjointTraining
import Foundation

extension EntryPoint {
  /// URLs of which nothing can be read or written.
  private static let addresses = [
    "https://example.com/a", "file:///no/such/file", "file:///", "file://host/a", "a", "?",
    "data:,",
    "file:///a%00b", "file:///dev/null/x",
  ]

  private static func entry(
    _ signature: String, _ body: @escaping @Sendable (URL) throws -> Any
  ) -> EntryPoint {
    EntryPoint(signature) { sweep in
      for address in addresses {
        sweep.call(address) { try body(URL(string: address) ?? URL(fileURLWithPath: "/")) }
      }
    }
  }

  /// Files by URL.
  static let urls: [EntryPoint] = [
    entry("Graph.init(contentsOf url: URL)") { try Graph(contentsOf: $0) },
    entry("Graph.write(to url: URL)") { try graph().write(to: $0) },
    entry("NPYFile.init(contentsOf url: URL)") { try NPYFile(contentsOf: $0) },
    entry("NPYFile.write(to url: URL)") { try NPYFile(Tensor([1])).write(to: $0) },
    entry("NPZFile.init(contentsOf url: URL)") { try NPZFile(contentsOf: $0) },
    entry("NPZFile.write(to url: URL)") { try NPZFile().write(to: $0) },
    entry("DataFile.loadNamed(_ url: URL)") { try DataFile.loadNamed($0) },
    entry("SafetensorsFile.init(contentsOf url: URL)") { try SafetensorsFile(contentsOf: $0) },
    entry("SafetensorsFile.write(to url: URL)") { try SafetensorsFile().write(to: $0) },
    entry("DataFile.load(_ url: URL, csvAs scalarType: ScalarType, header: CSVFile.Header)") {
      try DataFile.load($0)
    },
    entry("IDXFile.read(_ url: URL)") { try IDXFile.read($0) },
    entry(
      "CSVFile.init(contentsOf url: URL, as scalarType: ScalarType, "
        + "lastColumnAs lastType: ScalarType?, header: Header)"
    ) { try CSVFile(contentsOf: $0) },
    entry(
      "Dataset.init(contentsOf url: URL, as scalarType: ScalarType, "
        + "labelsInLastColumnAs labelType: ScalarType, header: CSVFile.Header)"
    ) { try Dataset(contentsOf: $0, labelsInLastColumnAs: .i32) },
  ]
}
