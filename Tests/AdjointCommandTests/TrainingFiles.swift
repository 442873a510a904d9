import Foundation

/// A small problem of two classes: a graph, and data in CSV and with labels in the last column.
struct TrainingFiles {
  let folder: TemporaryFolder
  let graph: String
  let data: String

  init() throws {
    folder = try TemporaryFolder()
    graph = CommandRun.root.appendingPathComponent("Graphs/digits-mlp.graph").path
    var rows = ""
    for row in 0..<80 {
      let label = row % 2
      // Class 0 has ink on the left, class 1 on the right.
      let pixels = (0..<64).map { pixel in
        let isInk = (pixel % 8 < 4) == (label == 0)
        return String(isInk ? 8 + (pixel * 7 + row * 13) % 9 : (pixel * 5 + row * 3) % 4)
      }
      rows += pixels.joined(separator: ",") + ",\(label)\n"
    }
    data = try folder.file("data.csv", rows)
  }

  func train(_ options: String...) throws -> CommandRun {
    try CommandRun(
      arguments: ["train", graph, "--data", data, "--scale", "16", "--hold-out", "0.25"] + options)
  }
}
