import AdjointCore
import AdjointGraph
import AdjointKernels

extension KernelGraph {
  /// Asks each live node's operator for its kernels.
  package init(lowering graph: Graph) throws(Diagnostic) {
    var known = Known()
    let live = graph.liveNodes
    // For each node, the values that its results occupy.
    var places: [[ValueNumber]] = []
    places.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      switch node.kind {
      case .input:
        places.append([add(try Self.bound(node), .input(node.name ?? ""))])
      case .parameter:
        places.append([add(try Self.bound(node), .parameter(node.name ?? ""))])
      case .operation(let operation):
        guard live[index] else {
          places.append([])
          continue
        }
        let operands = node.operands.map { places[$0.node][$0.result] }
        do {
          places.append(
            try place(
              operation, on: node.operands.map { graph.type(of: $0) }, to: node.resultTypes,
              operands, index, &known))
        } catch {
          throw error.at(node: graph.label(of: index)).located(at: node.location)
        }
      }
    }
    for update in graph.updates {
      updates.append(
        Update(
          parameter: places[update.parameter][0],
          value: places[update.value.node][update.value.result]))
    }
    // A parameter whose next value is its old one is not written.
    updates.removeAll { $0.parameter == $0.value }
    placeOutputs(of: graph, places)
  }

  private static func bound(_ node: Node) throws(Diagnostic) -> TensorType {
    do {
      _ = try node.resultTypes[0].boundExtents()
    } catch {
      throw error.at(node: node.name).located(at: node.location)
    }
    return node.resultTypes[0]
  }

  /// What is worked out once, whichever node asks for it.
  private struct Known {
    var constants: [Tensor: ValueNumber] = [:]
    var lowerings = LoweringTable()
  }

  /// The values of the results of an operator; `index` is the node that its steps stand for.
  private mutating func place(
    _ operation: any Operator, on types: [TensorType], to resultTypes: [TensorType],
    _ operands: [ValueNumber], _ index: Int, _ known: inout Known
  ) throws(Diagnostic) -> [ValueNumber] {
    switch try known.lowerings.lowering(of: operation, on: types, to: resultTypes) {
    case .view:
      return [operands[0]]
    case .constant(let tensor):
      if let value = known.constants[tensor] { return [value] }
      let value = add(tensor.type, .constant(tensor))
      known.constants[tensor] = value
      return [value]
    case .kernels(let kernels):
      let results = resultTypes.map { add($0, .computed) }
      for result in results { values[result].node = index }
      for kernel in kernels {
        switch kernel {
        case .loopNest(var nest):
          for input in nest.inputs.indices {
            nest.inputs[input].source = Self.value(nest.inputs[input].source, operands, results)
          }
          for output in nest.outputs.indices {
            nest.outputs[output].target = Self.value(nest.outputs[output].target, operands, results)
          }
          steps.append(Step(work: .nest(nest), nodes: [index]))
        case .group, .contraction, .gather, .scatterAdd:
          steps.append(
            Step(work: .call(kernel, operands: operands, results: results), nodes: [index]))
        }
      }
      return results
    case .graph(let definition):
      return try place(definition, operands, index, &known)
    }
  }

  /// The value that an operand or a result of an operator's kernel is.
  private static func value(
    _ slot: Slot, _ operands: [ValueNumber], _ results: [ValueNumber]
  ) -> Slot {
    switch slot {
    case .operand(let number): .value(operands[number])
    case .result(let number): .value(results[number])
    case .local, .product, .value: slot
    }
  }

  /// The values of the outputs of a graph that one node stands for; its inputs are the operands.
  private mutating func place(
    _ definition: Graph, _ operands: [ValueNumber], _ index: Int, _ known: inout Known
  ) throws(Diagnostic) -> [ValueNumber] {
    let live = definition.liveNodes
    var places: [[ValueNumber]] = []
    places.reserveCapacity(definition.nodes.count)
    var inputs = operands[...]
    for (inner, node) in definition.nodes.enumerated() {
      guard let operation = node.operation else {
        places.append(inputs.popFirst().map { [$0] } ?? [])
        continue
      }
      guard live[inner] else {
        places.append([])
        continue
      }
      places.append(
        try place(
          operation, on: node.operands.map { definition.type(of: $0) }, to: node.resultTypes,
          node.operands.map { places[$0.node][$0.result] }, index, &known))
    }
    return definition.outputList.map { places[$0.value.node][$0.value.result] }
  }

  /// An output that is a parameter with an update shows the value before it, so that is copied.
  private mutating func placeOutputs(of graph: Graph, _ places: [[ValueNumber]]) {
    let updated = Set(updates.map(\.parameter))
    var copies: [ValueNumber: ValueNumber] = [:]
    for output in graph.outputList {
      var value = places[output.value.node][output.value.result]
      if updated.contains(value) {
        if let copy = copies[value] {
          value = copy
        } else {
          let copy = add(values[value].type, .computed)
          addCopy(of: value, to: copy, nodes: [output.value.node])
          copies[value] = copy
          value = copy
        }
      }
      outputs.append(Output(name: output.name, value: value, type: graph.type(of: output.value)))
    }
  }
}
