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

  @Test("have weights by name, the same as by number")
  func weights() throws {
    func trained(_ weights: ClassWeights) throws -> [Double]? {
      let options = TrainingOptions(optimizer: .sgd(learningRate: 0.5), classWeights: weights)
      let trainer = try Trainer(graph(), on: data(), options: options)
      try trainer.runEpoch()
      return try trainer.weights()["w"]?.doubles
    }
    let byName = try trained(.byName(["pear": 1, "apple": 2, "fig, dried": 3]))
    #expect(try byName == trained(.byClass([0: 2, 1: 3, 2: 1])))
    #expect(try byName != trained(.balanced))
  }

  @Test("that are absent, unknown or without a weight are refused by name")
  func wrongWeights() throws {
    let five = CSVFile.Options(classNames: ["apple", "fig, dried", "pear", "plum", "quince"])
    let mistakes: [([String: Double], CSVFile.Options, Diagnostic.Code, String)] = [
      (["pear": 1, "aple": 1], CSVFile.Options(), .unknownName, "did you mean apple?"),
      (
        ["pear": 1, "apple": 1], CSVFile.Options(), .invalidArgument,
        "class fig, dried occurs in the training data without a weight"
      ),
      (
        ["pear": 1, "apple": 1, "fig, dried": 1, "plum": 2], five, .invalidArgument,
        "class plum has a weight and does not occur in the training data"
      ),
      (
        ["pear": 0, "apple": 1, "fig, dried": 1], CSVFile.Options(), .invalidArgument,
        "the weight of class pear cannot be 0"
      ),
      ([:], CSVFile.Options(), .invalidArgument, "the classes apple, fig, dried, pear occur"),
    ]
    for (weights, file, code, part) in mistakes {
      let error = #expect(throws: Diagnostic.self) {
        try Trainer(
          graph(classes: 5), on: data(file),
          options: TrainingOptions(classWeights: .byName(weights)))
      }
      #expect(error?.code == code)
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
    let balanced = #expect(throws: Diagnostic.self) {
      try Trainer(
        graph(classes: 5), on: data(five), options: TrainingOptions(classWeights: .balanced))
    }
    #expect(balanced?.message.contains("the classes plum, quince do not occur") == true)
    // Numbers have no names.
    let numbers = try Dataset(
      features: Tensor([1, 0, 0, 1], extents: [2, 2]), labels: Tensor([0, 1] as [Int32]))
    let nameless = #expect(throws: Diagnostic.self) {
      try Trainer(
        graph(), on: numbers, options: TrainingOptions(classWeights: .byName(["pear": 1])))
    }
    #expect(nameless?.code == .invalidArgument)
    #expect(nameless?.message.contains("the labels of the training data are numbers") == true)
  }
}
