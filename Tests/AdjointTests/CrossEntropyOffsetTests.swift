import Adjoint
import AdjointGraph
import Testing

@Suite("Cross-entropy of scores with an offset in common")
struct CrossEntropyOffsetTests {
  /// A cross-entropy of two classes, of the logits and the labels, and the same with the probabilities.
  struct Form: CustomStringConvertible, Sendable {
    let description: String
    let build: @Sendable (_ x: Value, _ label: Value, _ q: Value) throws -> Value

    var takesProbabilities: Bool { description.contains("q") }
  }

  private static func logSum(_ x: Value) throws -> Value { log(exp(x).sum(squeezingAxes: [1])) }

  private static func isLabel(_ x: Value, _ label: Value) throws -> Value {
    x.builder.iota(.i32, x.shape, axis: 1) .== label.reshaped(to: [x.shape[0], 1])
  }

  static let forms: [Form] = [
    Form(description: "of class numbers") { x, label, _ in
      crossEntropy(logits: x, indices: label)
    },
    Form(description: "of probabilities q") { x, _, q in
      crossEntropy(logits: x, probabilities: q)
    },
    Form(description: "log Σ exp(x) − x_label") { x, label, _ in
      try (logSum(x) - select(isLabel(x, label), x, 0).sum(squeezingAxes: [1])).mean()
    },
    Form(description: "−x_label + log Σ exp(x)") { x, label, _ in
      try (-select(isLabel(x, label), x, 0).sum(squeezingAxes: [1]) + logSum(x)).mean()
    },
    Form(description: "logSumExp(x) + −x_label") { x, label, _ in
      let chosen = try select(isLabel(x, label), x, 0).sum(squeezingAxes: [1])
      return (logSumExp(x, squeezingAxes: [1]) + -chosen).mean()
    },
    Form(description: "−(x_label − logSumExp(x))") { x, label, _ in
      let chosen = try select(isLabel(x, label), x, 0).sum(squeezingAxes: [1])
      return -(chosen - logSumExp(x, squeezingAxes: [1])).mean()
    },
    Form(description: "x_label + −logSumExp(x)") { x, label, _ in
      let chosen = try select(isLabel(x, label), x, 0).sum(squeezingAxes: [1])
      return -(chosen + -logSumExp(x, squeezingAxes: [1])).mean()
    },
    Form(description: "log Σ exp(x) − Σ q·x") { x, _, q in
      try (logSum(x) - (q * x).sum(squeezingAxes: [1])).mean()
    },
    Form(description: "Σ x·q − logSumExp(x), axes kept") { x, _, q in
      let sum = (x * q).sum(alongAxes: [1])
      return -(sum - logSumExp(x, alongAxes: [1])).mean()
    },
    Form(description: "−Σ q·log(exp(x) / Σ exp(x))") { x, _, q in
      -(q * log(exp(x) / exp(x).sum(alongAxes: [1]))).sum(squeezingAxes: [1]).mean()
    },
    Form(description: "−Σ q·log(exp(x) · (1 / Σ exp(x)))") { x, _, q in
      -(q * log(exp(x) * (1 / exp(x).sum(alongAxes: [1])))).sum(squeezingAxes: [1]).mean()
    },
    Form(description: "−Σ q·(x − logSumExp(x))") { x, _, q in
      -(q * (x - logSumExp(x, alongAxes: [1]))).sum(squeezingAxes: [1]).mean()
    },
    Form(description: "−Σ q·logSoftmax(x)") { x, _, q in
      -(q * logSoftmax(x)).sum(squeezingAxes: [1]).mean()
    },
  ]

  /// The graph of a form, of rows of two scores.
  static func graph(_ form: Form, _ type: ScalarType, rows: Int) throws -> Graph {
    let builder = GraphBuilder("loss")
    let x = builder.input("x", type, [rows, 2])
    let label = builder.input("label", .i32, [rows])
    let q = builder.input("q", type, [rows, 2])
    try builder.output("loss", form.build(x, label, q))
    // So that no form lacks an input.
    builder.output("unused", label.cast(to: type).sum() + q.sum() + x.sum())
    return try builder.build()
  }

  @Test("costs no digits, in the loss, its gradient or its second derivative", arguments: forms)
  func offsets(_ form: Form) throws {
    // log(1 + e⁻³), log(1 + e³), log 2; σ(−3), σ(3), ½.
    let cases: [(x: [Double], label: Int, loss: Double, share: Double)] = [
      ([2, -1], 0, 0.048587351573742065, 0.9525741268224334),
      ([10_002, 9_999], 0, 0.048587351573742065, 0.9525741268224334),
      ([1_000_002, 999_999], 0, 0.048587351573742065, 0.9525741268224334),
      ([-1_000_001, -1_000_004], 1, 3.048587351573742, 0.9525741268224334),
      ([1e8, 1e8], 0, 0.6931471805599453, 0.5), ([-1e8, -1e8], 1, 0.6931471805599453, 0.5),
    ]
    for type in [ScalarType.f32, .f64] {
      let graph = try Self.graph(form, type, rows: 1)
      let derivative = try graph.differentiated("loss", withRespectTo: ["x"])
      let second = try derivative.differentiated("gradient.x", withRespectTo: ["x"], mode: .forward)
      for (scores, label, loss, share) in cases {
        var sources = [
          "x": try Tensor(scores, extents: [1, 2]).cast(to: type),
          "label": try Tensor([Int32(label)]),
          "q": try Tensor([label == 0 ? 1.0 : 0, label == 1 ? 1 : 0], extents: [1, 2]).cast(
            to: type),
        ]
        let outputs = try GraphInterpreter.evaluate(derivative, sources).outputs
        let rounding = type == .f32 ? 3e-7 : 1e-15
        let value = try #require(outputs["loss"]?.scalar)
        #expect(abs(value - loss) <= rounding * max(1, loss), "\(scores), \(type): \(value)")
        let gradient = try #require(outputs["gradient.x"]).doubles
        let wanted = [share - (label == 0 ? 1 : 0), 1 - share - (label == 1 ? 1 : 0)]
        for (a, b) in zip(gradient, wanted) {
          #expect(abs(a - b) <= rounding, "\(scores), \(type): \(gradient)")
        }
        sources["tangent.x"] = try Tensor([1.0, 0], extents: [1, 2]).cast(to: type)
        let curvature = try #require(
          GraphInterpreter.evaluate(second, sources).outputs["tangent.gradient.x"]
        ).doubles
        for (a, b) in zip(curvature, [share * (1 - share), -share * (1 - share)]) {
          #expect(abs(a - b) <= rounding, "\(scores), \(type): \(curvature)")
        }
      }
    }
  }

  @Test("of probabilities that sum to 1 but for rounding costs none either")
  func softLabels() throws {
    for form in Self.forms where form.takesProbabilities {
      for type in [ScalarType.f32, .f64] {
        let graph = try Self.graph(form, type, rows: 2)
        let derivative = try graph.differentiated("loss", withRespectTo: ["x"])
        let sources = [
          "x": try Tensor([1_000_002, 999_999, -999_998, -1_000_000], extents: [2, 2]).cast(
            to: type),
          "label": try Tensor([0, 0] as [Int32]),
          "q": try Tensor([0.7, 0.3, 0.1, 0.9], extents: [2, 2]).cast(to: type),
        ]
        let outputs = try GraphInterpreter.evaluate(derivative, sources).outputs
        // The mean of log(1 + e⁻³) + 0.3·3 and log(1 + e⁻²) + 0.9·2.
        let loss = (0.048587351573742065 + 0.9 + 0.12692801104297252 + 1.8) / 2
        let rounding = type == .f32 ? 3e-7 : 1e-15
        let value = try #require(outputs["loss"]?.scalar)
        #expect(abs(value - loss) <= 2 * rounding, "\(form), \(type): \(value)")
        let shares = [
          0.9525741268224334, 0.04742587317756678, 0.8807970779778823, 0.11920292202211755,
        ]
        let labels = [0.7, 0.3, 0.1, 0.9]
        for (place, found) in try #require(outputs["gradient.x"]).doubles.enumerated() {
          #expect(abs(found - (shares[place] - labels[place]) / 2) <= rounding, "\(form), \(type)")
        }
      }
    }
  }

  @Test("a probability of 0 at a score of −∞ contributes 0, to both derivatives as well")
  func impossibleClasses() throws {
    let builder = GraphBuilder("masked")
    let x = builder.input("x", .f64, [2, 3])
    let q = builder.input("q", .f64, [2, 3])
    builder.output("loss", crossEntropy(logits: x, probabilities: q))
    let graph = try builder.build().differentiated("loss", withRespectTo: ["x", "q"])
    let sources = [
      "x": try Tensor([2, -.infinity, -1, -.infinity, 5, -.infinity], extents: [2, 3]),
      "q": try Tensor([1, 0, 0, 0, 1, 0] as [Double], extents: [2, 3]),
    ]
    for backend in [Backend.portable, .generated] {
      let context = try graph.compiled(CompilationOptions(backend: backend)).makeContext()
      for (name, tensor) in sources { try context.set(name, to: tensor) }
      try context.run()
      #expect(abs(try context.scalar("loss") - 0.048587351573742065 / 2) < 1e-15)
      let slopes = try context.output("gradient.x").doubles
      let wanted = [-0.0474258731775668 / 2, 0, 0.0474258731775668 / 2, 0, 0, 0]
      for (a, b) in zip(slopes, wanted) { #expect(abs(a - b) < 1e-15, "\(slopes)") }
      // −x / 2, and 0 where the product is left out.
      #expect(try context.output("gradient.q").doubles == [-1, 0, 0.5, 0, -2.5, 0])
    }
    // With any probability at all the loss is infinite.
    let scores = try #require(sources["x"])
    let possible = try Tensor([0.5, 0.5, 0, 0, 1, 0], extents: [2, 3])
    var outputs = try GraphInterpreter.evaluate(graph, ["x": scores, "q": possible]).outputs
    #expect(outputs["loss"]?.scalar == .infinity)
    let indexed = GraphBuilder("indexed")
    let logits = indexed.input("x", .f64, [2, 3])
    indexed.output("loss", crossEntropy(logits: logits, indices: indexed.input("t", .i32, [2])))
    let byNumber = try indexed.build().differentiated("loss", withRespectTo: ["x"])
    let labels = try Tensor([0, 1] as [Int32])
    outputs = try GraphInterpreter.evaluate(byNumber, ["x": scores, "t": labels]).outputs
    #expect(abs(try #require(outputs["loss"]?.scalar) - 0.048587351573742065 / 2) < 1e-15)
    #expect(try #require(outputs["gradient.x"]).doubles.allSatisfy(\.isFinite))
  }

  @Test("labels outside the classes and weights that are no probabilities count as documented")
  func others() throws {
    let builder = GraphBuilder("odd")
    let x = builder.input("x", .f64, [1, 2])
    let outside = try builder.constant(Tensor([7] as [Int32]))
    builder.output("none", crossEntropy(logits: x, indices: outside))
    let q = try builder.constant(Tensor([2.0, 3], extents: [1, 2]))
    builder.output("weighted", crossEntropy(logits: x, probabilities: q))
    let outputs = try GraphInterpreter.evaluate(
      builder.build(), ["x": Tensor([2.0, -1], extents: [1, 2])]
    ).outputs
    // log(e² + e⁻¹), less 0 and less 2·2 − 3.
    let logSum = 2.048587351573742
    #expect(abs(try #require(outputs["none"]?.scalar) - logSum) < 1e-15)
    #expect(abs(try #require(outputs["weighted"]?.scalar) - (logSum - 1)) < 1e-15)
  }

  @Test("as the graphs in Graphs/ write it", arguments: ["softmax-regression", "digits-mlp"])
  func exampleGraphs(_ name: String) throws {
    let path = GradientCheckTests.folder.appendingPathComponent("\(name).graph").path
    let graph = try Graph(contentsOf: path)
    #expect(graph.nodes.contains { $0.mnemonic == "cross_entropy" })
    let bias = name == "softmax-regression" ? "b" : "b2"
    let bound = try graph.binding(["B": 2])
    let features = bound.inputs[0].type
    let x = try Tensor(repeating: 0.25, features.scalarType, extents: features.boundExtents())
    var tensors = try bound.sourceTensors(
      ["x": x, "labels": Tensor([1, 0] as [Int32])], seed: 1)
    let near = try #require(GraphInterpreter.evaluate(bound, tensors).outputs["loss"]?.scalar)
    let offset = try #require(tensors[bias])
    tensors[bias] = try Tensor(offset.doubles.map { $0 + 1024 }, extents: offset.extents)
      .cast(to: offset.scalarType)
    let far = try #require(GraphInterpreter.evaluate(bound, tensors).outputs["loss"]?.scalar)
    // The logits themselves round to 2⁻¹³ in f32, and the loss to no more than they.
    #expect(abs(near - far) < (name == "digits-mlp" ? 2e-4 : 1e-12))
  }
}
