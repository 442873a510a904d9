import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// Derivatives as formulas, and the terms that add up to them.
@Suite struct DerivativeExplanationTests {
  private func explained(
    _ type: TensorType = TensorType(.f64, []), _ body: (Value) -> Value
  ) throws -> DerivativeExplanation {
    try Graph.trace(type, body).explained("result", withRespectTo: "x0")
  }

  @Test func formulasOfSimpleFunctions() throws {
    #expect(try explained { sin($0) }.derivative.text == "cos(x0)")
    #expect(try explained { $0 * $0 }.derivative.text == "x0 + x0")
    let scaled = try explained { 3 * exp(2 * $0) }.derivative.text
    #expect(scaled == "3 · exp(2 · x0) · 2", "\(scaled)")
    #expect(try explained { -$0 }.derivative.text == "−1")
    #expect(try explained { 1 / $0 }.value.text == "1 / x0")
    #expect(try explained { ($0 + 1) * ($0 - 1) }.value.text == "(x0 + 1) · (x0 − 1)")
    #expect(try explained { $0 - ($0 - 1) }.value.text.contains("x0 − (x0 − 1)"))
  }

  @Test func latex() throws {
    let explanation = try explained { sqrt($0) / ($0 + 1) }
    #expect(explanation.value.latex == "\\frac{\\sqrt{x_{0}}}{x_{0} + 1}")
    #expect(Formula.latexName(of: "loss") == "\\mathrm{loss}")
    #expect(Formula.latexName(of: "w_1") == "\\mathrm{w\\_1}")
  }

  /// What is used twice has a name, and its definition stands before its use.
  @Test func sharedPartsAreNamed() throws {
    let explanation = try explained { x in exp(x) * tanh(exp(x)) }
    let names = explanation.derivative.definitions.map(\.name)
    #expect(names.first == "t1")
    #expect(explanation.derivative.definitions[0].text == "exp(x0)")
    #expect(explanation.derivative.text.contains("t1"))
  }

  /// ∂f/∂t of Graphs/many-children.graph has one term for each of its three reads.
  @Test func everyChildIsListedWithItsTerm() throws {
    let builder = GraphBuilder("many")
    let t = builder.input("t", .f64, [])
    let x = cos(t).named("x")
    let y = (t * t).named("y")
    builder.output("f", y + exp(x * y))
    let graph = try builder.build()
    let explanation = try graph.explained("f", withRespectTo: "t")
    #expect(explanation.terms.map(\.child) == ["y", "y", "x"])
    #expect(explanation.terms.map(\.rule) == ["multiply", "multiply", "cos"])
    #expect(explanation.terms.map(\.operand) == [0, 1, 0])
    let ofNode = try graph.explained("f", withRespectTo: "y")
    #expect(ofNode.terms.count == 2)
    #expect(Set(ofNode.terms.map(\.rule)) == ["add", "multiply"])
    let ofItself = try graph.explained("f", withRespectTo: "f")
    #expect(ofItself.derivative.text == "1")
    #expect(ofItself.terms.map(\.rule) == ["output"])
  }

  /// On random graphs: the terms add up to the gradient, which is that of `differentiated`.
  @Test(arguments: 1...40) func termsAddUpToTheGradient(_ seed: UInt64) throws {
    let graph = try RandomGraph.make(nodeCount: 12 + Int(seed % 20), seed: seed)
    var compared = 0
    for output in graph.outputs where output.type.scalarType.isDifferentiable {
      for source in try graph.differentiableSources(of: output.name) {
        let explanation = try graph.explained(output.name, withRespectTo: source)
        try GraphVerifier.verify(explanation.graph)
        var given: [String: Tensor] = [:]
        for port in explanation.graph.inputs + explanation.graph.parameters {
          given[port.name] = try Tensor.random(port.type, seed: seed)
        }
        let outputs = try GraphInterpreter.evaluate(explanation.graph, given).outputs
        let whole = try #require(outputs["derivative"]).doubles
        var sum = whole.map { _ in 0.0 }
        var size = whole.map { _ in 1.0 }
        for term in explanation.terms {
          for (place, number) in try #require(outputs[term.output]).doubles.enumerated() {
            sum[place] += number
            size[place] += number.magnitude
          }
        }
        for place in whole.indices where whole[place].isFinite {
          #expect(
            (whole[place] - sum[place]).magnitude <= 1e-5 * size[place], "\(output) \(source)")
        }
        compared += 1
      }
    }
    #expect(compared > 0)
  }

  @Test func whatIsNotThereIsRefused() throws {
    let graph = try Graph.trace(TensorType(.f64, [])) { sin($0) }
    #expect { try graph.explained("result", withRespectTo: "y") } throws: {
      ($0 as? Diagnostic)?.code == .unknownName
    }
    #expect { try graph.explained("y", withRespectTo: "x0") } throws: {
      ($0 as? Diagnostic)?.code == .unknownName
    }
    let flat = try Graph.trace(TensorType(.f64, [])) { floor($0) }
    #expect { try flat.explained("result", withRespectTo: "x0") } throws: {
      ($0 as? Diagnostic)?.code == .notDifferentiable
    }
  }
}
