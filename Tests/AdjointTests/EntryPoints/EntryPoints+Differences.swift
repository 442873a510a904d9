import Adjoint

extension EntryPoint {
  /// `y = Σ x·w`, in f64.
  private static func function() throws -> Executable { try formula().compiled() }

  private static func formula() throws -> Graph {
    let builder = GraphBuilder("f")
    let x = builder.input("x", .f64, [2])
    let w = builder.parameter("w", .f64, [2], .constant(2))
    builder.output("y", (x * w).sum())
    builder.output("z", x * w)
    return try builder.build()
  }

  private static var point: [String: Tensor] {
    get throws { ["x": try Tensor([1, 2] as [Double])] }
  }

  /// Derivatives from values.
  static let differences: [EntryPoint] = [
    EntryPoint(
      "Executable.numericalGradient(of output: String, withRespectTo sources: [String], "
        + "at values: [String: Tensor], cotangent: Tensor?, by method: DifferenceMethod)"
    ) { sweep in
      sweep.each(Hostile.names, "output ") {
        try function().numericalGradient(of: $0, withRespectTo: ["x"], at: point)
      }
      sweep.each(Hostile.names, "source ") {
        try function().numericalGradient(of: "y", withRespectTo: [$0], at: point)
      }
      sweep.each(try Hostile.tensorsByName, "values ") {
        try function().numericalGradient(of: "y", withRespectTo: ["w"], at: $0)
      }
      sweep.each(try Hostile.tensors, "cotangent ") {
        try function().numericalGradient(
          of: "z", withRespectTo: ["x"], at: point, cotangent: $0)
      }
      sweep.each(Hostile.doubles, "step ") {
        try function().numericalGradient(
          of: "y", withRespectTo: ["x"], at: point, by: .central(step: $0))
      }
    },
    EntryPoint(
      "Executable.numericalTangent(of output: String, along tangents: [String: Tensor], "
        + "at values: [String: Tensor], by method: DifferenceMethod)"
    ) { sweep in
      sweep.each(Hostile.names, "output ") {
        try function().numericalTangent(of: $0, along: ["x": Tensor([1.0, 2])], at: point)
      }
      sweep.each(try Hostile.tensorsByName, "tangents ") {
        try function().numericalTangent(of: "z", along: $0, at: point)
      }
      sweep.each(try Hostile.tensorsByName, "values ") {
        try function().numericalTangent(of: "z", along: ["w": Tensor([1.0, 2])], at: $0)
      }
      sweep.each(Hostile.doubles, "step ") {
        try function().numericalTangent(
          of: "z", along: ["x": Tensor([1.0, $0])], at: point, by: .central(step: $0))
      }
    },
    EntryPoint(
      "Graph.complexStepGradient(of output: String, withRespectTo sources: [String], "
        + "at values: [String: Tensor])"
    ) { sweep in
      let values = try point.merging(["w": Tensor([1.0, 2])]) { $1 }
      sweep.each(Hostile.names, "output ") {
        try formula().complexStepGradient(of: $0, withRespectTo: ["x"], at: values)
      }
      sweep.each(Hostile.names, "source ") {
        try formula().complexStepGradient(of: "y", withRespectTo: [$0], at: values)
      }
      sweep.each(try Hostile.tensorsByName, "values ") {
        try formula().complexStepGradient(of: "y", withRespectTo: ["x"], at: $0)
      }
    },
    EntryPoint(
      "Graph.complexStepTangent(of output: String, along tangents: [String: Tensor], "
        + "at values: [String: Tensor])"
    ) { sweep in
      let values = try point.merging(["w": Tensor([1.0, 2])]) { $1 }
      sweep.each(Hostile.names, "output ") {
        try formula().complexStepTangent(of: $0, along: ["x": Tensor([1.0, 2])], at: values)
      }
      sweep.each(try Hostile.tensorsByName, "tangents ") {
        try formula().complexStepTangent(of: "z", along: $0, at: values)
      }
      sweep.each(try Hostile.tensorsByName, "values ") {
        try formula().complexStepTangent(of: "z", along: ["w": Tensor([1.0, 2])], at: $0)
      }
    },
  ]

  /// What graphs cost.
  static let costs: [EntryPoint] = [
    EntryPoint("Graph.cost(dimensions: [String: Int])") { sweep in
      sweep.each(Hostile.extentsByName) { try graph().cost(dimensions: $0).multiplyAdds }
    },
    EntryPoint(
      "Graph.jacobianCost(of output: String, withRespectTo sources: [String]?, "
        + "dimensions: [String: Int])"
    ) { sweep in
      sweep.each(Hostile.extentsByName) {
        try graph().jacobianCost(of: "y", dimensions: $0).choice.multiplyAdds
      }
      sweep.each(Hostile.names, "output ") {
        try graph().jacobianCost(of: $0, dimensions: ["B": 2]).choice.multiplyAdds
      }
      sweep.each(Hostile.names, "source ") {
        try graph().jacobianCost(of: "y", withRespectTo: [$0], dimensions: ["B": 2]).reason
      }
    },
  ]
}
