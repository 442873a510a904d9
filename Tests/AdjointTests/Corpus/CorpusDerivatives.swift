import Adjoint
import AdjointGraph

/// The graph of a function of the corpus with its derivatives, and how its inputs and outputs stand for
/// what is recorded.
struct CorpusDerivatives {
  /// How the second order is reached; each gives the same numbers.
  enum Order: Int, CaseIterable, Sendable {
    case forwardOverReverse, reverseOverReverse, reverseOverForward
  }

  /// What an input of the graph is given.
  enum Given { case input(String), tangent(String), cotangent }

  /// An output that is a part of a sum; where a scalar has no cotangent input, it is a factor instead.
  struct Term {
    var output: String
    var factors: [Given] = []
  }

  private(set) var graph: Graph
  private(set) var given: [String: Given] = [:]
  /// The terms of each quantity, by source where there is a part for each; a part without terms is 0,
  /// for no path leads to it.
  private(set) var terms: [CorpusFunction.Quantity: [String: [Term]]] = [:]
  private let sources: [String]

  init(_ function: CorpusFunction, order: Order) throws {
    graph = try Graph(text: function.text, file: function.name)
    sources = graph.inputs.filter { $0.type.scalarType.isDifferentiable }.map(\.name)
    for port in graph.inputs { given[port.name] = .input(port.name) }
    terms[.value] = ["": [Term(output: "y")]]
    let reverse = try derive("y", .reverse)
    let forward = try derive("y", .forward)
    note(forward.inputs) { .tangent($0) }
    note(reverse.inputs) { _ in .cotangent }
    let missing: [Given] = reverse.inputs.isEmpty ? [.cotangent] : []
    terms[.jvp] = ["": forward.outputs.map { Term(output: $0.name) }]
    for (source, name) in reverse.outputs {
      terms[.vjp, default: [:]][source] = [Term(output: name, factors: missing)]
    }
    switch order {
    case .forwardOverReverse:
      for (source, gradient) in reverse.outputs {
        let second = try derive(gradient, .forward)
        note(second.inputs) { .tangent($0) }
        terms[.second, default: [:]][source] = second.outputs.map {
          Term(output: $0.name, factors: missing)
        }
      }
    case .reverseOverReverse:
      for (source, gradient) in reverse.outputs {
        let second = try derive(gradient, .reverse)
        note(second.inputs) { _ in .tangent(source) }
        let factors = missing + (second.inputs.isEmpty ? [.tangent(source)] : [])
        for (other, name) in second.outputs {
          terms[.second, default: [:]][other, default: []].append(
            Term(output: name, factors: factors))
        }
      }
    case .reverseOverForward:
      for (_, tangent) in forward.outputs {
        let second = try derive(tangent, .reverse)
        note(second.inputs) { _ in .cotangent }
        for (source, name) in second.outputs {
          terms[.second, default: [:]][source] = [Term(output: name, factors: missing)]
        }
      }
    }
  }

  private mutating func note(
    _ inputs: [(source: String, name: String)], _ meaning: (String) -> Given
  ) {
    for (source, name) in inputs { given[name] = meaning(source) }
  }

  /// The names that came with a derivative.
  private struct Ports {
    /// In forward mode the tangents by source; in reverse mode the cotangent, unless it is a scalar's.
    var inputs: [(source: String, name: String)] = []
    /// In reverse mode the gradients by source; in forward mode the tangent.
    var outputs: [(source: String, name: String)] = []
  }

  /// Adds the derivative of an output with respect to all sources that it depends on.
  private mutating func derive(_ output: String, _ mode: DifferentiationMode) throws -> Ports {
    let active = try graph.differentiability(of: [output], withRespectTo: sources).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    if active.isEmpty { return Ports() }
    let knownInputs = Set(graph.inputs.map(\.name))
    let knownOutputs = Set(graph.outputs.map(\.name))
    graph = try graph.differentiated(output, withRespectTo: active, mode: mode)
    let inputs = graph.inputs.map(\.name).filter { !knownInputs.contains($0) }
    let outputs = graph.outputs.map(\.name).filter { !knownOutputs.contains($0) }
    return Ports(
      inputs: Array(zip(mode == .forward ? active : [output], inputs)),
      outputs: Array(zip(mode == .forward ? [output] : active, outputs)))
  }
}
