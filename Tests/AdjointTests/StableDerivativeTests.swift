import Adjoint
import AdjointGraph
import Testing

@Suite("Derivatives of stable forms at extreme arguments")
struct StableDerivativeTests {
  /// A formula as a user may write it, and what it is.
  struct Form: CustomStringConvertible, Sendable {
    let description: String
    let reference: StableFormReference
    let build: @Sendable (Value) throws -> Value

    init(
      _ description: String, _ reference: StableFormReference,
      _ build: @escaping @Sendable (Value) throws -> Value
    ) {
      self.description = description
      self.reference = reference
      self.build = build
    }
  }

  static let forms: [Form] = [
    Form("log σ(x)", .logSigmoid) { log(sigmoid($0)) },
    Form("log 1/(1 + e⁻ˣ)", .logSigmoid) { log(1 / (1 + exp(-$0))) },
    Form("log (e⁻ˣ + 1)⁻¹", .logSigmoid) { log(reciprocal(exp(-$0) + 1)) },
    Form("log eˣ/(1 + eˣ)", .logSigmoid) { log(exp($0) / (1 + exp($0))) },
    Form("−log(1 + e⁻ˣ)", .logSigmoid) { -log(1 + exp(-$0)) },
    Form("log(1 − σ(−x))", .logSigmoid) { log(1 - sigmoid(-$0)) },
    Form("log(1 − σ(x))", .logComplement) { log(1 - sigmoid($0)) },
    Form("log(1 − 1/(1 + e⁻ˣ))", .logComplement) { log(1 - 1 / (1 + exp(-$0))) },
    Form("log(1 + −σ(x))", .logComplement) { log(1 + -sigmoid($0)) },
    Form("log1p(−σ(x))", .logComplement) { log1p(-sigmoid($0)) },
    Form("log 1/(1 + eˣ)", .logComplement) { log(1 / (1 + exp($0))) },
    Form("log σ(−x)", .logComplement) { log(sigmoid(-$0)) },
    Form("log(1 − eˣ/(1 + eˣ))", .logComplement) { log(1 - exp($0) / (1 + exp($0))) },
    Form("log(1 + eˣ)", .softplus) { log(1 + exp($0)) },
    Form("log(eˣ + 1)", .softplus) { log(exp($0) + 1) },
    Form("log1p(eˣ)", .softplus) { log1p(exp($0)) },
    Form("−log(1 − σ(x))", .softplus) { -log(1 - sigmoid($0)) },
    Form("softplus(x)", .softplus) { softplus($0) },
    Form("1/(1 + e⁻ˣ)", .sigmoid) { 1 / (1 + exp(-$0)) },
    Form("(e⁻ˣ + 1)⁻¹", .sigmoid) { reciprocal(exp(-$0) + 1) },
    Form("eˣ/(1 + eˣ)", .sigmoid) { exp($0) / (1 + exp($0)) },
    Form("eˣ · (1 + eˣ)⁻¹", .sigmoid) { exp($0) * reciprocal(1 + exp($0)) },
    Form("e^½x/(e^½x + e^−½x)", .sigmoid) {
      exp(0.5 * $0) / (exp(0.5 * $0) + exp(-0.5 * $0))
    },
    Form("1/(1 + eˣ)", .sigmoidOfNegative) { 1 / (1 + exp($0)) },
    Form("x/(1 + e⁻ˣ)", .swish) { $0 / (1 + exp(-$0)) },
    Form("x · (1 + e⁻ˣ)⁻¹", .swish) { $0 * reciprocal(1 + exp(-$0)) },
    Form("(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)", .tanh) { (exp($0) - exp(-$0)) / (exp($0) + exp(-$0)) },
    Form("(e²ˣ − 1)/(e²ˣ + 1)", .tanh) { (exp(2 * $0) - 1) / (exp(2 * $0) + 1) },
    Form("(1 − e⁻²ˣ)/(1 + e⁻²ˣ)", .tanh) { (1 - exp(-2 * $0)) / (1 + exp(-2 * $0)) },
    Form("expm1(2x)/(1 + e²ˣ)", .tanh) { expm1(2 * $0) / (1 + exp(2 * $0)) },
    Form("eˣ · σ(−x)", .sigmoid) { exp($0) * sigmoid(-$0) },
    Form("log1p(expm1(x))", .identity) { log1p(expm1($0)) },
    Form("log eˣ", .identity) { log(exp($0)) },
    Form("log(1 + (eˣ − 1))", .identity) { log(1 + (exp($0) - 1)) },
    Form("eˣ − 1", .expm1) { exp($0) - 1 },
    Form("−(1 − eˣ)", .expm1) { -(1 - exp($0)) },
  ]

  /// The graph of all forms with their derivatives, taken while it is built: outputs `y`, `first` and
  /// `second` with the mode and the number of the form.
  private static func built(_ type: ScalarType) throws -> Graph {
    let builder = GraphBuilder("forms")
    let x = builder.input("x", type, [StableFormReference.arguments.count])
    let one = try builder.constant(Tensor(repeating: 1, type, extents: [x.shape[0].extent ?? 0]))
    for (number, form) in forms.enumerated() {
      let y = try form.build(x)
      builder.output("y.\(number)", y)
      let reverse = vectorJacobianProduct(of: [y], cotangents: [one], withRespectTo: [x])[0]
      builder.output("first.reverse.\(number)", reverse)
      let forward = jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [one])[0]
      builder.output("first.forward.\(number)", forward)
      builder.output(
        "second.forward.\(number)",
        jacobianVectorProduct(of: [reverse], withRespectTo: [x], tangents: [one])[0])
      builder.output(
        "second.reverse.\(number)",
        vectorJacobianProduct(of: [forward], cotangents: [one], withRespectTo: [x])[0])
    }
    return try builder.build()
  }

  private static func arguments(_ type: ScalarType) throws -> Tensor {
    let arguments = StableFormReference.arguments
    return try Tensor(arguments, extents: [arguments.count]).cast(to: type)
  }

  private static func expect(
    _ kind: String, _ found: Tensor?, _ form: Form, _ way: String, values: Bool = true
  ) throws {
    let found = try #require(found)
    let isSingle = found.scalarType == .f32
    let unit = isSingle ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let rows = try #require(StableFormReference.table[form.reference])
    for (place, row) in rows.enumerated() {
      let isAbsolute = kind == "second" || kind == "first" && form.reference.isAbsolute
      var wanted = kind == "y" ? row.value : kind == "first" ? row.first : row.second
      if isSingle { wanted = Double(Float(wanted)) }
      let got = found.doubles[place]
      // A swish multiplies what is lost of 1 − y by its argument; where it is not 0, that is below 40.
      let scale = form.reference == .swish ? 40.0 : 1
      let least = isSingle ? Double(Float.leastNormalMagnitude) : .leastNormalMagnitude
      let slack = 8 * unit * wanted.magnitude + (isAbsolute ? 2 * unit * scale : least)
      let x = StableFormReference.arguments[place]
      #expect(
        got == wanted || (got - wanted).magnitude <= slack,
        "\(form), \(kind) at \(x), \(way): \(got), not \(wanted)")
    }
  }

  @Test("taken while building, on both back ends", arguments: [ScalarType.f32, .f64])
  func built(_ type: ScalarType) throws {
    let graph = try Self.built(type)
    let x = try Self.arguments(type)
    let kinds = ["first.reverse", "first.forward", "second.forward", "second.reverse"]
    // The derivatives are stable as they were built, before any pass.
    let asBuilt = try GraphInterpreter.evaluate(graph, ["x": x]).outputs
    for (number, form) in Self.forms.enumerated() {
      for kind in kinds {
        try Self.expect(
          String(kind.prefix { $0 != "." }), asBuilt["\(kind).\(number)"], form, "as built, \(kind)"
        )
      }
    }
    for backend in [Backend.portable, .generated] {
      let context = try graph.compiled(CompilationOptions(backend: backend)).makeContext()
      try context.set("x", to: x)
      try context.run()
      for (number, form) in Self.forms.enumerated() {
        for kind in ["y"] + kinds {
          try Self.expect(
            String(kind.prefix { $0 != "." }), context.output("\(kind).\(number)"), form,
            "\(backend), \(kind)")
        }
      }
    }
  }

  @Test("of graphs, twice, in all modes", arguments: [ScalarType.f32, .f64])
  func graphs(_ type: ScalarType) throws {
    let x = try Self.arguments(type)
    let one = try Tensor(repeating: 1, type, extents: x.extents)
    for form in Self.forms {
      let builder = GraphBuilder("form")
      try builder.output("y", form.build(builder.input("x", type, [x.count])))
      let graph = try builder.build()
      for mode in DifferentiationMode.allCases {
        let first = try graph.differentiated("y", withRespectTo: ["x"], mode: mode)
        let name = mode == .reverse ? "gradient.x" : "tangent.y"
        var sources = ["x": x]
        for port in first.inputs where port.name != "x" { sources[port.name] = one }
        let values = try GraphInterpreter.evaluate(first, sources).outputs
        try Self.expect("y", values["y"], form, "\(mode)")
        try Self.expect("first", values[name], form, "\(mode)")
        // A derivative that is a constant does not depend on anything.
        if form.reference == .identity { continue }
        for again in DifferentiationMode.allCases {
          let second = try first.differentiated(name, withRespectTo: ["x"], mode: again)
          for port in second.inputs where port.name != "x" { sources[port.name] = one }
          let output = try #require(second.outputs.last).name
          let twice = try GraphInterpreter.evaluate(second, sources).outputs[output]
          try Self.expect("second", twice, form, "\(again) over \(mode)")
        }
      }
    }
  }

  @Test("have the limits of their functions at infinity", arguments: [ScalarType.f32, .f64])
  func limits(_ type: ScalarType) throws {
    let x = try Tensor([-.infinity, .infinity], extents: [2]).cast(to: type)
    let limits: [StableFormReference: ([Double], [Double])] = [
      .logSigmoid: ([-.infinity, 0], [1, 0]), .logComplement: ([0, -.infinity], [0, -1]),
      .softplus: ([0, .infinity], [0, 1]), .sigmoid: ([0, 1], [0, 0]),
      .sigmoidOfNegative: ([1, 0], [0, 0]), .identity: ([-.infinity, .infinity], [1, 1]),
      .expm1: ([-1, .infinity], [0, .infinity]),
    ]
    for form in Self.forms {
      guard let (value, slope) = limits[form.reference] else { continue }
      let builder = GraphBuilder("form")
      let input = builder.input("x", type, [2])
      try builder.output("y", form.build(input).sum())
      for mode in DifferentiationMode.allCases {
        let graph = try builder.build().differentiated("y", withRespectTo: ["x"], mode: mode)
        for (place, direction) in [[1.0, 0], [0.0, 1]].enumerated() {
          let tangent = try Tensor(direction, extents: [2]).cast(to: type)
          let outputs = try GraphInterpreter.evaluate(
            graph, mode == .forward ? ["x": x, "tangent.x": tangent] : ["x": x]
          ).outputs
          let found =
            mode == .forward
            ? try #require(outputs["tangent.y"]?.scalar)
            : try #require(outputs["gradient.x"]).doubles[place]
          // A tangent of 0 along an infinite slope is NaN by right.
          if mode == .forward, slope.contains(.infinity) { continue }
          #expect(found == slope[place], "\(form), \(mode), at \(x.doubles[place]): \(found)")
        }
      }
      let single = GraphBuilder("form")
      try single.output("y", form.build(single.input("x", type, [2])))
      let values = try Pipeline.standard(single.build())
      let found = try #require(GraphInterpreter.evaluate(values, ["x": x]).outputs["y"])
      #expect(found.doubles == value, "\(form)")
    }
  }
}
