import Foundation

/// Measures of flowers with the species of each: four numbers and a name a line, below a header.
struct FlowerTable {
  /// Four numbers for each flower.
  private(set) var measures: [Float] = []
  /// The number of each flower's species.
  private(set) var classes: [Int32] = []
  /// The species, in the order in which they first occur.
  private(set) var names: [String] = []

  /// Reads a file.
  init(contentsOf path: String) throws {
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    {
      let fields = line.split(separator: ",")
      measures += fields.prefix(4).map { Float($0) ?? .nan }
      let name = String(fields[4])
      if !names.contains(name) { names.append(name) }
      classes.append(Int32(names.firstIndex(of: name) ?? 0))
    }
  }
}
