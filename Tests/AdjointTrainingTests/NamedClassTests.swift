import Adjoint
import AdjointTables
import AdjointTraining
import Foundation
import Testing

@Suite("Classes with names") struct NamedClassTests {
  private func graph(classes: Int = 3) throws -> Graph {
    let builder = GraphBuilder("named")
    let x = builder.input("x", .f32, ["B", 2])
    let labels = builder.input("labels", .i32, ["B"])
    let w = builder.parameter("w", .f32, [2, classes], .glorot)
    let logits = matmul(x, w)
    builder.output("logits", logits)
    builder.output("loss", crossEntropy(logits: logits, indices: labels))
    return try builder.build()
  }

  private func data(_ options: CSVFile.Options = CSVFile.Options()) throws -> Dataset {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("named-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = "a,b,kind\n1,0,pear\n0,1,\"fig, dried\"\n1,1,apple\n2,0,pear\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try Dataset(contentsOf: path, labelsAs: .i32, options: options)
  }

  @Test("keep their names in parts of the data, and in checkpoints")
  func kept() throws {
    let data = try data()
    let names = ["apple", "fig, dried", "pear"]
    #expect(data.classNames == names && data.labels?.doubles == [2, 1, 0, 2])
    #expect(try data.examples(at: [1]).classNames == names)
    #expect(try data.dividing(by: 2).classNames == names)
    let parts = try data.split(holdingOut: 0.5, seed: 1)
    #expect(parts.training.classNames == names && parts.heldOut.classNames == names)
    let trainer = try Trainer(graph(), on: data)
    try trainer.runEpoch()
    let file = try SafetensorsFile(bytes: trainer.checkpoint().bytes())
    #expect(try file.classNames() == names)
    try trainer.resume(from: file)
    // Read by the names of the checkpoint, other data has the same numbers.
    let again = try self.data(CSVFile.Options(classNames: file.classNames()))
    #expect(again.labels == data.labels)
    var damaged = file
    damaged.metadata["adjoint.classes"] = "[1]"
    let error = #expect(throws: Diagnostic.self) { try damaged.classNames() }
    #expect(error?.code == .corruptFile)
    #expect(try SafetensorsFile().classNames() == nil)
  }

  @Test("that are other ones are other data")
  func otherNames() throws {
    let trainer = try Trainer(graph(classes: 4), on: data())
    let names = ["a", "fig, dried", "pear", "apple"]
    let other = try Trainer(graph(classes: 4), on: data(CSVFile.Options(classNames: names)))
    #expect(throws: Diagnostic.self) { try other.resume(from: trainer.checkpoint()) }
  }

  @Test("that are more than the graph has are refused by name")
  func tooMany() throws {
    let error = #expect(throws: Diagnostic.self) { try Trainer(graph(classes: 2), on: data()) }
    #expect(error?.code == .invalidArgument)
    #expect(
      error?.message.contains("3 classes, apple, fig, dried, pear, and the graph has 2") == true)
  }
}
