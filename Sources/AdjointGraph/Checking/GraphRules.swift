import AdjointCore

/// The rules of the IR, each stated once: the builder, the parser and the verifier refuse a graph that breaks
/// one in these words, and add place and node.
enum GraphRules {
  static func computesNothing(_ graph: String) -> Diagnostic {
    Diagnostic(.invalidGraph, "the graph \(graph) computes nothing; declare an output")
  }

  static func duplicateNode(_ name: String) -> Diagnostic {
    Diagnostic(.duplicateName, "the graph has a node %\(name) already; choose another name")
  }

  static func duplicateOutput(_ name: String) -> Diagnostic {
    Diagnostic(.duplicateName, "the graph has an output \(name) already; choose another name")
  }

  static func updateOfNoParameter(_ value: String) -> Diagnostic {
    Diagnostic(.invalidArgument, "only parameters can be updated, and \(value) is none")
  }

  static func secondUpdate(of parameter: String) -> Diagnostic {
    Diagnostic(.invalidArgument, "\(parameter) has an update already; combine the two")
  }

  static func update(
    of parameter: String, _ type: TensorType, to next: TensorType
  ) -> Diagnostic {
    Diagnostic(
      .shapeMismatch, "update: the parameter \(parameter) is \(type), its next value is \(next)")
  }

  /// What is wrong with a type, whoever states it.
  static func fault(in type: TensorType) -> Diagnostic? {
    do throws(Diagnostic) { try type.validate() } catch { return error }
    return Identifier.fault(inDimensionsOf: type).map { Diagnostic(.invalidType, $0) }
  }

  /// Whether the parameter's initial value is of its type, and what is wrong otherwise.
  static func fault(in initializer: Initializer, of type: TensorType) -> Diagnostic? {
    if case .literal(let tensor) = initializer, type.shape.extents != tensor.extents {
      return Diagnostic(
        .shapeMismatch, "the initial value is \(tensor.type), the parameter is \(type)")
    }
    do throws(Diagnostic) { _ = try initializer.checked(for: type) } catch { return error }
    return nil
  }
}
