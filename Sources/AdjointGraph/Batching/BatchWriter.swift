import AdjointCore

/// Writes the nodes of a graph for many examples at once, one after the other, into a builder.
///
/// A node that reads nothing batched is the same for all examples: it is written as it is, once.
package struct BatchWriter {
  private let builder: GraphBuilder
  private let extent: Shape.Dimension
  private let arithmetic: any BatchingArithmetic
  /// For values of the graph that is written, what stands for them in the builder.
  private var images: [ValueID: BatchedValue] = [:]

  package init(
    _ builder: GraphBuilder, _ extent: Shape.Dimension, _ arithmetic: any BatchingArithmetic
  ) {
    self.builder = builder
    self.extent = extent
    self.arithmetic = arithmetic
  }

  /// What stands for a value, nil where nothing does yet.
  package subscript(value: ValueID) -> BatchedValue? { images[value] }

  /// Says what stands for a value.
  package mutating func bind(_ value: ValueID, to image: BatchedValue) { images[value] = image }

  /// Writes an operator's node, of whose operands those without an image are values of the builder.
  package mutating func write(_ index: Int, _ node: Node, keepsName: Bool) {
    guard let operation = node.operation else { return }
    let operands = node.operands.map {
      images[$0] ?? BatchedValue(builder.value($0), isBatched: false)
    }
    let results: [BatchedValue]
    if operands.contains(where: { builder.isPoisoned($0.value) }) {
      results = poisoned(node.resultTypes)
    } else if operands.contains(where: \.isBatched) {
      let saved = (builder.currentLocation, builder.currentProvenance)
      builder.currentLocation = node.location ?? saved.0
      builder.currentProvenance = node.provenance ?? saved.1
      results = batched(operation, operands, node.resultTypes)
      (builder.currentLocation, builder.currentProvenance) = saved
    } else {
      var copy = node
      copy.name = nil
      copy.operands = OperandList(operands.map(\.value.id))
      results = values(of: builder.transfer(copy), count: node.resultTypes.count)
        .map { BatchedValue($0, isBatched: false) }
    }
    for (result, image) in results.enumerated() {
      images[ValueID(node: index, result: result)] = image
    }
    if keepsName, let name = node.name, let image = results.first { carry(name, to: image.value) }
  }

  private func values(of written: GraphBuilder.Transferred, count: Int) -> [Value] {
    switch written {
    case .values(let values): values
    case .node(let node):
      (0..<count).map { builder.value(ValueID(node: node, result: $0)) }
    }
  }

  private func batched(
    _ operation: any Operator, _ operands: [BatchedValue], _ types: [TensorType]
  ) -> [BatchedValue] {
    let site = Batching.Site(operands: operands, extent: extent, arithmetic)
    let mistakes = builder.mistakes.count
    let results = operation.batchedResults(at: site, types)
    // A mistake leaves fewer results than there should be.
    if results.count == types.count, builder.mistakes.count == mistakes { return results }
    return poisoned(types)
  }

  /// What stands for the results of a node that a mistake keeps from being written.
  private func poisoned(_ types: [TensorType]) -> [BatchedValue] {
    types.map {
      let type = TensorType($0.scalarType, $0.shape.batched(extent))
      return BatchedValue(builder.poison(like: type), isBatched: true)
    }
  }

  /// Names the node that took a named node's place, unless it has a name already.
  private func carry(_ name: String, to value: Value) {
    let node = value.id.node
    guard builder.node(node).name == nil, !builder.hasNode(named: name) else { return }
    do throws(Diagnostic) {
      try builder.setName(name, of: node)
    } catch {
      builder.record(error)
    }
  }
}

extension Operator {
  /// The results for operands of which at least one is batched.
  fileprivate func batchedResults(
    at site: Batching.Site, _ types: [TensorType]
  ) -> [BatchedValue] {
    switch batching {
    case .elementwise: return site.applying(self)
    case .rule(let rule): return rule(site)
    case .derived:
      let operands = site.operands.map(\.exampleType)
      if composite == nil, isElementwise(on: operands) { return site.applying(self) }
      do throws(Diagnostic) {
        guard case .graph(let definition) = try lower(operands, to: types) else {
          throw Diagnostic(
            .notBatchable,
            "the operator \(mnemonic) has no rule for batches; apply it outside of what is vectorized"
          )
        }
        return site.outputs(of: definition)
      } catch {
        site.builder.record(error.located(at: site.builder.currentLocation))
        return []
      }
    }
  }
}

extension Graph {
  /// The nodes of the graph for a batch, the named inputs with one more axis in front, and what stands for its
  /// values; outputs and updates are left to be declared.
  ///
  /// - Throws: `.invalidType` for an input that gets too large.
  package func batched(
    over inputs: Set<String>, _ extent: Shape.Dimension, _ arithmetic: any BatchingArithmetic
  ) throws(Diagnostic) -> (builder: GraphBuilder, writer: BatchWriter) {
    let builder = GraphBuilder(name)
    var writer = BatchWriter(builder, extent, arithmetic)
    for (index, node) in nodes.enumerated() {
      if node.operatorType != nil {
        writer.write(index, node, keepsName: true)
        continue
      }
      var copy = node
      let isBatched = node.name.map(inputs.contains) ?? false
      if isBatched {
        copy.resultTypes = node.resultTypes.map {
          TensorType($0.scalarType, $0.shape.batched(extent))
        }
        for type in copy.resultTypes {
          if let fault = GraphRules.fault(in: type) { throw fault.at(node: node.name) }
        }
      }
      let id = ValueID(node: builder.insert(copy))
      writer.bind(ValueID(node: index), to: BatchedValue(builder.value(id), isBatched: isBatched))
    }
    return (builder, writer)
  }
}
