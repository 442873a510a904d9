import Adjoint
import AdjointTables
import AdjointTraining
import Foundation

extension EntryPoint {
  /// Two features, three classes.
  static func classifier() throws -> Graph {
    let builder = GraphBuilder("classifier")
    let x = builder.input("x", .f32, ["B", 2])
    let labels = builder.input("labels", .i32, ["B"])
    let w = builder.parameter("w", .f32, [2, 3], .glorot)
    let logits = matmul(x, w)
    builder.output("logits", logits)
    builder.output("loss", crossEntropy(logits: logits, indices: labels))
    return try builder.build()
  }

  static func examples() throws -> Dataset {
    try Dataset(
      features: Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], extents: [4, 2]),
      labels: Tensor([0, 1, 2, 0] as [Int32]))
  }

  static func trained(_ options: TrainingOptions) throws -> Any {
    let trainer = try Trainer(classifier(), on: examples(), options: options)
    try trainer.runEpoch()
    return trainer.stepsPerEpoch
  }

  private static func stopped(_ stopping: EarlyStopping) throws -> Any {
    let trainer = try Trainer(classifier(), on: examples())
    try trainer.train(epochs: 1, validation: examples(), stopping: stopping)
    return trainer.best.map { $0.epoch } ?? 0
  }

  private static func weights() throws -> [String: Tensor] {
    ["w": try Tensor(repeating: 0.5, .f32, extents: [2, 3])]
  }

  /// Data of every shape and type, with and without labels, as far as there are such data.
  private static func data() throws -> [(name: String, data: Dataset)] {
    let tensors = try Hostile.tensors + [examples().features]
    return tensors.flatMap { features in
      ([nil] + tensors).compactMap { labels in
        (try? Dataset(features: features, labels: labels)).map {
          ("\(features.type) \(labels.map { "\($0.type)" } ?? "none")", $0)
        }
      }
    }
  }

  static let training: [EntryPoint] = [
    EntryPoint(
      "TrainingInterface.init(of graph: Graph, loss: String?, features: String?, labels: String?, "
        + "scores: String?, predictions: String?)"
    ) { sweep in
      sweep.each(Hostile.names, "loss ") { try TrainingInterface(of: classifier(), loss: $0) }
      sweep.each(Hostile.names, "features ") {
        try TrainingInterface(of: classifier(), features: $0)
      }
      sweep.each(Hostile.names, "labels ") { try TrainingInterface(of: classifier(), labels: $0) }
      sweep.each(Hostile.names, "scores ") { try TrainingInterface(of: classifier(), scores: $0) }
      sweep.each(Hostile.names + ["logits"], "predictions ") {
        try TrainingInterface(of: classifier(), predictions: $0)
      }
      sweep.call("huge") { try TrainingInterface(of: huge()) }
    },
    EntryPoint(
      "TrainingOptions.init(optimizer: Optimizer, schedule: LearningRateSchedule, "
        + "clipping: GradientClipping?, frozenParameters: [String], classWeights: ClassWeights?, "
        + "batchSize: Int, keepsLastBatch: Bool, seed: UInt64, threads: Int?)"
    ) { sweep in
      sweep.each(Hostile.doubles, "clipped by value ") {
        try trained(TrainingOptions(clipping: .value($0)))
      }
      sweep.each(Hostile.doubles, "clipped by norm ") {
        try trained(TrainingOptions(clipping: .globalNorm($0)))
      }
      sweep.each(Hostile.names, "frozen ") { try trained(TrainingOptions(frozenParameters: [$0])) }
      sweep.each(Hostile.doubles, "weights ") {
        try trained(TrainingOptions(classWeights: .byClass([0: $0, 1: 1, 2: 1])))
      }
      sweep.each(Hostile.integers, "class ") {
        try trained(TrainingOptions(classWeights: .byClass([$0: 1])))
      }
      sweep.each(Hostile.integers) {
        try trained(TrainingOptions(batchSize: $0, seed: .max, threads: $0))
      }
    },
    EntryPoint("TrainingOptions.batchSize: Int") { sweep in
      sweep.each(Hostile.integers) { size in
        var options = TrainingOptions()
        options.batchSize = size
        return try trained(options)
      }
    },
    EntryPoint("TrainingOptions.seed: UInt64") { sweep in
      sweep.each(Hostile.unsigned) { seed in
        var options = TrainingOptions()
        options.seed = seed
        return try trained(options)
      }
    },
    EntryPoint("TrainingOptions.threads: Int?") { sweep in
      sweep.each(Hostile.integers) { threads in
        var options = TrainingOptions()
        options.threads = threads
        return try trained(options)
      }
    },
    EntryPoint(
      "Graph.trainingStep(minimizing loss: String, with optimizer: Optimizer, "
        + "freezing frozen: [String], clipping: GradientClipping?)"
    ) { sweep in
      sweep.each(Hostile.names) { try classifier().trainingStep(minimizing: $0, with: .sgd()) }
      sweep.call("huge") { try huge().trainingStep(minimizing: "loss", with: .adam()) }
    },
    EntryPoint(
      "Trainer.init(_ graph: Graph, _ interface: TrainingInterface?, on data: Dataset, "
        + "options: TrainingOptions, engine: Engine)"
    ) { sweep in
      for (name, data) in try data() {
        sweep.call(name) { try Trainer(classifier(), on: data) }
      }
      sweep.call("huge") { try Trainer(huge(), on: examples()) }
      sweep.call("of another graph") {
        try Trainer(graph(), TrainingInterface(of: classifier()), on: examples())
      }
    },
    EntryPoint(
      "Trainer.training(epochs: Int, validation: Dataset?, metrics: [Metric], "
        + "trainingMetrics: [Metric], stopping: EarlyStopping?)"
    ) { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      sweep.each(Hostile.integers) { trainer.training(epochs: $0) }
    },
    EntryPoint(
      "Trainer.train(epochs: Int, validation: Dataset?, metrics: [Metric], "
        + "trainingMetrics: [Metric], stopping: EarlyStopping?, "
        + "observe: (Progress) throws(Diagnostic) -> Void)"
    ) { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      let stop: (Trainer.Progress) throws(Diagnostic) -> Void = { _ throws(Diagnostic) in
        throw Diagnostic(.cancelled, "enough")
      }
      sweep.each(Hostile.integers) { try trainer.train(epochs: $0, observe: stop) }
      for (name, data) in try data() {
        sweep.call(name) {
          try trainer.train(
            epochs: .max, validation: data, metrics: [.accuracy, .topK(2)], observe: stop)
        }
      }
      for metric in [Metric.topK(.min), .topK(.max), .meanAbsoluteError] {
        sweep.call("\(metric)") {
          try trainer.train(epochs: .max, validation: examples(), metrics: [metric], observe: stop)
        }
        sweep.call("\(metric) of the training data") {
          try trainer.train(epochs: .max, trainingMetrics: [metric], observe: stop)
        }
      }
    },
    EntryPoint("EarlyStopping.init(metric: Metric, patience: Int, minimumChange: Double)") {
      sweep in
      sweep.each(Hostile.integers) { try stopped(EarlyStopping(patience: $0)) }
      sweep.each(Hostile.doubles) { try stopped(EarlyStopping(minimumChange: $0)) }
    },
    EntryPoint("EarlyStopping.patience: Int") { sweep in
      sweep.each(Hostile.integers) { patience in
        var stopping = EarlyStopping()
        stopping.patience = patience
        return try stopped(stopping)
      }
    },
    EntryPoint("EarlyStopping.minimumChange: Double") { sweep in
      sweep.each(Hostile.doubles) { change in
        var stopping = EarlyStopping()
        stopping.minimumChange = change
        return try stopped(stopping)
      }
    },
    EntryPoint("Metric.init?(_ name: String)") { sweep in
      sweep.each(Hostile.names + ["top-5", "top-0", "top--1", "top-99999999999999999999"]) {
        Metric($0).map { "\($0)" } ?? "none"
      }
    },
    EntryPoint("Trainer.loadWeights(_ tensors: [String: Tensor])") { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      sweep.each(try Hostile.tensorsByName) { try trainer.loadWeights($0) }
      sweep.each(try Hostile.tensors, "w ") { try trainer.loadWeights(["w": $0]) }
    },
    EntryPoint("Trainer.values(of metrics: [Metric], on data: Dataset)") { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      for (name, data) in try data() {
        sweep.call(name) { try trainer.values(of: [.loss, .topK(1)], on: data).count }
      }
    },
    EntryPoint("Trainer.loss(on data: Dataset)") { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      for (name, data) in try data() { sweep.call(name) { try trainer.loss(on: data).isFinite } }
    },
    EntryPoint("Trainer.resume(from checkpoint: SafetensorsFile)") { sweep in
      let trainer = try Trainer(classifier(), on: examples())
      let checkpoint = try trainer.checkpoint()
      sweep.call("nothing") { try trainer.resume(from: SafetensorsFile()) }
      for name in checkpoint.tensors.keys.sorted() {
        sweep.each(try Hostile.tensors, "\(name) ") { tensor in
          var other = checkpoint
          other.tensors[name] = tensor
          return try trainer.resume(from: other)
        }
      }
      for key in checkpoint.metadata.keys.sorted() {
        sweep.each(Hostile.names + ["nan", "-1", "1e999"], "\(key) ") { text in
          var other = checkpoint
          other.metadata[key] = text
          return try trainer.resume(from: other)
        }
      }
    },
    EntryPoint(
      "Evaluator.values(of metrics: [Metric], on data: Dataset, weights: [String: Tensor])"
    ) { sweep in
      let evaluator = try Evaluator(classifier(), TrainingInterface(of: classifier()))
      for (name, data) in try data() {
        sweep.call(name) { try evaluator.values(of: [.accuracy], on: data, weights: weights()) }
      }
      for k in Hostile.integers {
        sweep.call("top-\(k)") {
          try evaluator.values(of: [.topK(k)], on: examples(), weights: weights())[.topK(k)] ?? 0
        }
      }
    },
    EntryPoint(
      "Evaluator.init(_ graph: Graph, _ interface: TrainingInterface, threads: Int?, engine: Engine)"
    ) {
      sweep in
      sweep.each(Hostile.integers) { threads in
        try Evaluator(classifier(), TrainingInterface(of: classifier()), threads: threads)
          .accuracy(on: examples(), weights: weights()) <= 1
      }
      sweep.call("of another graph") {
        try Evaluator(graph(), TrainingInterface(of: classifier()))
          .accuracy(on: examples(), weights: weights())
      }
    },
    EntryPoint("Evaluator.classes(of data: Dataset, weights: [String: Tensor])") { sweep in
      let evaluator = try Evaluator(classifier(), TrainingInterface(of: classifier()))
      for (name, data) in try data() {
        sweep.call(name) { try evaluator.classes(of: data, weights: weights()).count }
      }
      sweep.each(try Hostile.tensorsByName) {
        try evaluator.classes(of: examples(), weights: $0).count
      }
    },
    EntryPoint("Evaluator.accuracy(on data: Dataset, weights: [String: Tensor])") { sweep in
      let evaluator = try Evaluator(classifier(), TrainingInterface(of: classifier()))
      for (name, data) in try data() {
        sweep.call(name) { try evaluator.accuracy(on: data, weights: weights()) <= 1 }
      }
      sweep.call("2^46 classes, 2^17 examples") {
        let builder = GraphBuilder("wide")
        let x = builder.input("x", .f32, ["B", 1])
        let row = x.sum(squeezingAxes: [1])
        builder.output("loss", x.sum())
        builder.output("logits", row.broadcast(to: ["B", 1 << 46], axes: [0]))
        let graph = try builder.build()
        let data = try Dataset(
          features: Tensor(repeating: 1, .f32, extents: [1 << 17, 1]),
          labels: Tensor(repeating: 0, .i32, extents: [1 << 17, 2]))
        return try Evaluator(graph, TrainingInterface(of: graph)).accuracy(on: data, weights: [:])
      }
    },
  ]
}
