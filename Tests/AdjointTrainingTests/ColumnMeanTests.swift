import Adjoint
import AdjointTables
import AdjointTraining
import Foundation
import Testing

@Suite("Means of columns") struct ColumnMeanTests {
  private func data(_ text: String, _ policy: CSVFile.MissingValues) throws -> Dataset {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("means-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try Dataset(
      contentsOf: path, labelsAs: .i32, options: CSVFile.Options(missingValues: policy))
  }

  @Test("go with parts of the data into checkpoints, with all their digits")
  func kept() throws {
    let data = try data("0.1,2,0\n0.2,,1\n,7,1\n0.4,8,0\n", .mean)
    // (0.1 + 0.2 + 0.4)/3 and (2 + 7 + 8)/3.
    let means = [(0.1 + 0.2 + 0.4) / 3, 17.0 / 3]
    #expect(data.columnMeans == means)
    #expect(try data.examples(at: [1]).columnMeans == means)
    #expect(try data.dividing(by: 2).columnMeans == means)
    let parts = try data.split(holdingOut: 0.5, seed: 1)
    #expect(parts.training.columnMeans == means && parts.heldOut.columnMeans == means)
    let builder = GraphBuilder("means")
    let x = builder.input("x", .f32, ["B", 2])
    let labels = builder.input("labels", .i32, ["B"])
    let w = builder.parameter("w", .f32, [2, 2], .glorot)
    builder.output("loss", crossEntropy(logits: matmul(x, w), indices: labels))
    let trainer = try Trainer(builder.build(), on: data)
    var file = try SafetensorsFile(bytes: trainer.checkpoint().bytes())
    #expect(try file.columnMeans() == means)
    let test = try self.data(",4,0\n1,,1\n", .fillEach(means))
    #expect(test.features.floats == [Float(means[0]), 4, 1, Float(means[1])])
    for text in ["1 x", "", "1  2", "1 inf", "nan"] {
      file.metadata["adjoint.column_means"] = text
      #expect(throws: Diagnostic.self) { try file.columnMeans() }
    }
    #expect(try SafetensorsFile().columnMeans() == nil)
  }
}
