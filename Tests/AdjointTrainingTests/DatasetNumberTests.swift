import Adjoint
import AdjointTraining
import Foundation
import Testing

/// Numbers of data that the inputs of a graph cannot hold.
@Suite struct DatasetNumberTests {
  private func graph(_ labels: ScalarType) throws -> Graph {
    let builder = GraphBuilder("fit")
    let x = builder.input("x", .f32, ["B", 2])
    let t = builder.input("t", labels, ["B"])
    let w = builder.parameter("w", .f32, [2])
    let y = (x * w).sum(squeezingAxes: [1])
    let target = t.cast(to: .f32)
    builder.output("loss", meanSquaredError(predictions: y, targets: target))
    return try builder.build()
  }

  private func refusal(_ features: Tensor, _ labels: Tensor, as type: ScalarType) -> Diagnostic? {
    do {
      let graph = try graph(type)
      let interface = try TrainingInterface(of: graph, features: "x")
      _ = try Trainer(graph, interface, on: Dataset(features: features, labels: labels))
      return nil
    } catch {
      return error as? Diagnostic
    }
  }

  @Test func labelsAreNotChanged() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 6] as [Float], extents: [3, 2])
    for (labels, type) in try [
      (Tensor([1, 2.7, 3]), ScalarType.i32), (Tensor([1, 3e9, 3]), .i32),
      (Tensor([0, -1, 3]), .u8),
      (Tensor([0, 2, 1]), .bool), (Tensor(.i64([0, 1 << 40, 1]), extents: [3]), .i32),
      (Tensor([0, 1e39, 1]), .f32),
    ] {
      let error = refusal(x, labels, as: type)
      #expect(error?.message.hasPrefix("t: \(type)[B] cannot hold ") == true, "\(type)")
      #expect(error?.message.contains("(example 2)") == true, "\(type)")
    }
    #expect(try refusal(x, Tensor([1, 2, 3]), as: .i32) == nil)
    #expect(try refusal(x, Tensor([1, 0.1, 3]), as: .f32) == nil)
  }

  @Test func featuresDoNotBecomeInfinite() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 1e39] as [Double], extents: [3, 2])
    let error = try refusal(x, Tensor([1, 2, 3]), as: .f32)
    #expect(error?.message.hasPrefix("x: f32[B, 2] cannot hold 1e+39 (example 3)") == true)
  }

  @Test func labelsOfATableAreExact() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("adjoint-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = folder.appendingPathComponent("a.csv")
    try Data("x,y,t\n1,2.5,16777217\n3,4,9007199254740993\n".utf8).write(to: table)
    let data = try Dataset(contentsOf: table.path, labelsInLastColumnAs: .i64)
    #expect(try data.features == Tensor([1, 2.5, 3, 4] as [Float], extents: [2, 2]))
    #expect(data.labels?.storage == .i64([16_777_217, 9_007_199_254_740_993]))
    #expect(throws: Diagnostic.self) {
      _ = try Dataset(contentsOf: table.path, labelsInLastColumnAs: .i32)
    }
    let array = folder.appendingPathComponent("a.npy")
    try NPYFile(Tensor([1, 2, 3, 0.5] as [Float], extents: [2, 2])).write(to: array.path)
    let error = #expect(throws: Diagnostic.self) {
      _ = try Dataset(contentsOf: array.path, labelsInLastColumnAs: .i32)
    }
    #expect(error?.message.contains("(example 2)") == true)
    #expect(error?.location?.file == array.path)
    #expect(
      try Dataset(contentsOf: array.path, labelsInLastColumnAs: .f64).labels?.doubles == [2, 0.5])
  }

  @Test func divisorsFitTheType() throws {
    let data = try Dataset(features: Tensor([1, 2] as [Float], extents: [2, 1]))
    #expect(throws: Diagnostic.self) { _ = try data.dividing(by: 1e39) }
    #expect(throws: Diagnostic.self) { _ = try data.dividing(by: -.nan) }
    #expect(try data.dividing(by: 1e39, as: .f64).features.doubles == [1 / 1e39, 2 / 1e39])
  }
}
