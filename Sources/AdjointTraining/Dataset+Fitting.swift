import Adjoint
import AdjointCore
import AdjointGraph

extension Dataset {
  /// The data in the scalar types and shapes of a graph's inputs, one example a row.
  ///
  /// - Throws: `.shapeMismatch` where an example has another number of features than the graph takes,
  ///   or labels are missing; `.invalidArgument` for a label that is not a class; `.invalidType` or
  ///   `.scalarTypeMismatch` for a number that the input's scalar type cannot hold.
  package func fitted(
    to graph: Graph, _ interface: TrainingInterface
  ) throws(Diagnostic) -> Dataset {
    let rows = try fittedFeatures(to: graph, interface)
    guard let name = interface.labels else {
      return try Dataset(features: rows, labels: nil, of: self)
    }
    let port = try graph.input(name)
    guard let labels else {
      throw Diagnostic(
        .shapeMismatch, "the graph takes labels, \(port), and the data has none; give labels")
    }
    let shaped = try labels.shaped(for: port, count: count)
    if port.type.scalarType.isInteger, let classes = graph.classCount(interface) {
      try checkNames(classes)
      try Self.check(labels, below: classes)
    }
    return try Dataset(features: rows, labels: shaped.converted(for: port), of: self)
  }

  /// The features alone in the scalar type and shape of the graph's input, one example a row.
  package func fittedFeatures(
    to graph: Graph, _ interface: TrainingInterface
  ) throws(Diagnostic) -> Tensor {
    let port = try graph.input(interface.features)
    return try features.shaped(for: port, count: count).converted(for: port)
  }

  /// Refuses more names of classes than the graph has classes.
  private func checkNames(_ classes: Int) throws(Diagnostic) {
    guard let classNames, classNames.count > classes else { return }
    throw Diagnostic(
      .invalidArgument,
      "the data has \(classNames.count) classes, \(UnknownNames.list(classNames)), and the graph has \(classes); "
        + "give the graph a score for each")
  }

  /// Refuses labels that are no class numbers.
  static func check(_ labels: Tensor, below classes: Int) throws(Diagnostic) {
    let numbers = labels.doubles
    let bad = numbers.firstIndex { !($0 >= 0 && $0 < Double(classes) && $0 == $0.rounded()) }
    guard let bad else { return }
    throw Diagnostic(
      .invalidArgument,
      "the label of example \(bad + 1) is \(NumberLiteral(numbers[bad])), and the graph has the classes 0 to "
        + "\(classes - 1)")
  }
}

extension Graph {
  /// The number of classes, from the shape of the scores; nil where the graph has none.
  package func classCount(_ interface: TrainingInterface) -> Int? {
    guard let name = interface.scores else { return nil }
    return outputs.first { $0.name == name }?.type.shape.dimensions.last?.extent
  }

  fileprivate func input(_ name: String) throws(Diagnostic) -> Port {
    guard let port = inputs.first(where: { $0.name == name }) else {
      throw Diagnostic(.unknownName, "the graph \(self.name) has no input named \(name)")
    }
    return port
  }
}

extension Tensor {
  /// The rows in the shape of an input whose first extent is the batch.
  func shaped(for port: Graph.Port, count: Int) throws(Diagnostic) -> Tensor {
    let example = Shape(Array(port.type.shape.dimensions.dropFirst()))
    let width = self.count / max(count, 1)
    guard let extents = example.extents, width * count == self.count, example.elementCount == width
    else {
      throw Diagnostic(
        .shapeMismatch,
        "an example has \(width) number\(width == 1 ? "" : "s") for the input \(port), which takes \(example)"
      )
    }
    return try reshaped(to: [count] + extents)
  }

  /// The rows in the scalar type of an input.
  func converted(for port: Graph.Port) throws(Diagnostic) -> Tensor {
    let width = max(count / max(extents[0], 1), 1)
    return try converted(to: port.type.scalarType, for: port.description) {
      "example \($0 / width + 1)"
    }
  }
}
