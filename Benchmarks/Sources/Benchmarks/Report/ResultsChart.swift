import Adjoint
import AdjointCharts
import Foundation

/// The chart of a comparison: for each case our time over that of the fastest other system.
struct ResultsChart {
  private struct Row: Decodable {
    let name: String
    let threads: Int
    let ratio: Double?

    enum CodingKeys: String, CodingKey {
      case threads, ratio
      case name = "case"
    }
  }

  private let rows: [Row]

  /// Reads the file that the comparison wrote.
  ///
  /// - Throws: `.inputOutput` or `.corruptFile` where it is not there or not such a file.
  init(contentsOf path: String) throws(Diagnostic) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Diagnostic(.inputOutput, "\(path) cannot be read; run the comparison first")
    }
    do {
      rows = try JSONDecoder().decode([Row].self, from: data)
    } catch {
      throw Diagnostic(.corruptFile, "\(path) is not an array of results: \(error)")
    }
  }

  /// The picture; cases without another system to compare with are left out.
  func svg() -> String {
    var names: [String] = []
    var ratios: [String: [Int: Double]] = [:]
    for row in rows {
      guard let ratio = row.ratio else { continue }
      if ratios[row.name] == nil { names.append(row.name) }
      ratios[row.name, default: [:]][row.threads] = ratio
    }
    let threads = Set(rows.map(\.threads)).sorted()
    return BarChart(
      title: "Time of a step, fastest other system = 1",
      valueLabel: "our time ÷ that of the fastest other system (less is faster)",
      names: threads.map { $0 == 1 ? "one thread" : "\($0) threads" },
      groups: names.map { name in
        BarChart.Group(name, threads.map { ratios[name]?[$0] })
      }
    ).svg()
  }
}
