import AdjointCore

/// What stands for one example of a batched value while the function that is vectorized builds its nodes.
///
/// It is a node like any other, so that types, labels and derivatives can be asked for; once the function
/// has returned, what depends on it is written for the whole batch, and no finished graph has it.
struct Example: Operator {
  static let mnemonic = "example"

  let type: TensorType
  /// Apart from every other one, so that no two are taken for equal nodes.
  let number: Int

  init(_ type: TensorType, number: Int) {
    self.type = type
    self.number = number
  }

  init(attributes: AttributeList) throws(Diagnostic) { throw Self.refusal }
  var attributes: AttributeList { AttributeList() }
  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { [type] }
  // A leaf has no operand to pass a derivative to.
  var derivative: Derivative { .zero }
  func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering { throw Self.refusal }

  private static var refusal: Diagnostic {
    Diagnostic(.invalidGraph, "a value of one example is no part of a finished graph")
  }
}

/// The nodes of a builder that were built for one example of a batch.
struct ExampleNodes {
  private var isExample: [Bool] = []
  private(set) var isEmpty = true

  func contains(_ node: Int) -> Bool { node < isExample.count && isExample[node] }

  mutating func insert(_ node: Int) {
    isEmpty = false
    while isExample.count <= node { isExample.append(false) }
    isExample[node] = true
  }
}

extension GraphBuilder {
  /// A value that stands for one example of a batch.
  package func example(of type: TensorType) -> Value {
    let number = nodes.count
    return value(
      ValueID(
        node: appendUnmerged(
          Node(
            kind: .operation(Example(type, number: number)), operands: [], resultTypes: [type],
            name: nil, location: currentLocation))))
  }

  /// Writes everything that was built since a node and depends on examples for the whole batch, and takes
  /// it from the graph as it was built.
  ///
  /// Names go to what takes a node's place. Outputs and updates cannot differ by example.
  ///
  /// - Parameters:
  ///   - first: The first node that may depend on an example.
  ///   - batches: For each example the batch that it is of.
  ///   - results: The values that the writer is asked for; those that depend on no example stay as they are.
  /// - Returns: What stands for the results.
  package func batching(
    from first: Int, _ batches: [(example: Value, batch: Value)], extent: Shape.Dimension,
    _ arithmetic: any BatchingArithmetic, results: [Value]
  ) -> [BatchedValue] {
    var writer = BatchWriter(self, extent, arithmetic)
    let end = nodes.count
    var isDependent = Array(repeating: false, count: end - first)
    for pair in batches {
      writer.bind(pair.example.id, to: BatchedValue(pair.batch, isBatched: true))
      isDependent[pair.example.id.node - first] = true
    }
    for index in first..<end where !isDependent[index - first] {
      let operands = nodes[index].operands
      // What an inner call was built for one example is written for its batch already.
      if examples.contains(index)
        || !operands.contains(where: { $0.node >= first && isDependent[$0.node - first] })
      {
        continue
      }
      isDependent[index - first] = true
      var node = nodes[index]
      node.name = removeName(of: index)
      writer.write(index, node, keepsName: true)
    }
    for index in first..<end where isDependent[index - first] { examples.insert(index) }
    refuseOutputs()
    return results.map { writer[$0.id] ?? BatchedValue($0, isBatched: false) }
  }

  /// Takes the name from a node, for one that takes its place.
  private func removeName(of node: Int) -> String? {
    guard let name = nodes[node].name else { return nil }
    nodes[node].name = nil
    nodesByName[name] = nil
    return name
  }

  /// Refuses outputs and updates that differ by example.
  private func refuseOutputs() {
    for output in outputs where examples.contains(output.value.node) {
      record(
        Diagnostic(
          .invalidArgument,
          "the output \(output.name) is declared inside a vectorized function and differs by example; "
            + "return the value, and declare the output of the batch",
          location: currentLocation))
    }
    for update in updates where examples.contains(update.value.node) {
      record(
        Diagnostic(
          .invalidArgument,
          "the parameter \(label(of: update.parameter)) is updated inside a vectorized function with a "
            + "value that differs by example; return the value, and combine those of the batch",
          location: currentLocation))
    }
    setOutputs(outputs.filter { !examples.contains($0.value.node) })
    updates.removeAll { examples.contains($0.value.node) }
  }

  /// Refuses values of one example where the function that they were built by has returned.
  func checkExamples(among values: [Value], at location: SourceLocation?) throws(Diagnostic) {
    for value in values where value.builder.examples.contains(value.id.node) {
      throw Diagnostic(
        .invalidArgument,
        "\(value) is a value of one example of a vectorized function that has returned; return it from "
          + "the function to have it for the whole batch",
        location: location)
    }
  }
}

extension Graph {
  /// The graph without nodes that nothing in it depends on.
  func removing(_ examples: ExampleNodes) -> Graph {
    var numbers: [Int] = []
    numbers.reserveCapacity(nodes.count)
    var kept: [Node] = []
    for (index, node) in nodes.enumerated() {
      numbers.append(kept.count)
      if examples.contains(index) { continue }
      var copy = node
      copy.operands.replaceEach { ValueID(node: numbers[$0.node], result: $0.result) }
      kept.append(copy)
    }
    func renumbered(_ value: ValueID) -> ValueID {
      ValueID(node: numbers[value.node], result: value.result)
    }
    return Graph(
      name: name, nodes: kept,
      outputs: outputList.map { Output(name: $0.name, value: renumbered($0.value)) },
      updates: updates.map { Update(parameter: numbers[$0.parameter], value: renumbered($0.value)) }
    )
  }
}
