import AdjointCore

/// How an operator is applied to a batch: to what it takes for many examples at once.
///
/// A batched value has the axis of the batch in front of the axes that it has for one example. Rules write
/// ordinary operators, so that a batched graph can be differentiated, and batched again.
package enum Batching: Sendable {
  /// From the operands to the results, as many as the operator has; at least one operand is batched.
  package typealias Rule = @Sendable (Site) -> [BatchedValue]

  /// What follows from the kernels: an element-wise operator is applied to batched operands as it is, and one
  /// that lowers to a graph of others is that graph, batched. For anything else it is a mistake.
  case derived
  /// Element-wise: the operator itself on batched operands, and on others repeated.
  case elementwise
  case rule(Rule)
}

/// A value of a batched graph: one for each example, with the axis of the batch in front, or the same for
/// all of them.
package struct BatchedValue {
  package let value: Value
  package let isBatched: Bool

  package init(_ value: Value, isBatched: Bool) {
    self.value = value
    self.isBatched = isBatched
  }

  /// The type that it has for one example.
  package var exampleType: TensorType {
    isBatched ? value.type.droppingFirstAxis : value.type
  }
}

/// What batching writes that is no rule of an operator's.
package protocol BatchingArithmetic: Sendable {
  /// A value repeated along a new axis in front.
  func repeated(_ value: Value, _ extent: Shape.Dimension) -> Value
}

extension Batching {
  /// The node that is batched, seen from its rule.
  package struct Site {
    /// What the node reads.
    package let operands: [BatchedValue]
    /// The number of examples.
    package let extent: Shape.Dimension
    package let arithmetic: any BatchingArithmetic

    package init(
      operands: [BatchedValue], extent: Shape.Dimension, _ arithmetic: any BatchingArithmetic
    ) {
      self.operands = operands
      self.extent = extent
      self.arithmetic = arithmetic
    }

    package var builder: GraphBuilder { operands[0].value.builder }

    /// An operand with the axis of the batch, repeated where it is the same for all examples.
    package func batched(_ operand: Int) -> Value { batched(operands[operand]) }

    func batched(_ value: BatchedValue) -> Value {
      value.isBatched ? value.value : arithmetic.repeated(value.value, extent)
    }

    /// The results of an operator on all operands, each batched.
    package func applying(_ operation: any Operator) -> [BatchedValue] {
      let values = operands.indices.map(batched)
      do throws(Diagnostic) {
        return try builder.results(of: operation, values, at: builder.currentLocation)
          .map { BatchedValue($0, isBatched: true) }
      } catch {
        return [BatchedValue(builder.poison(error, like: values[0].type), isBatched: true)]
      }
    }

    /// The results of a composite by what it stands for.
    package func expanding(_ composite: some Composite) -> [BatchedValue] {
      do throws(Diagnostic) {
        let types = operands.map(\.exampleType)
        guard
          case .graph(let graph) = try composite.lower(types, to: composite.resultTypes(for: types))
        else { return [] }
        return outputs(of: graph)
      } catch {
        builder.record(error.located(at: builder.currentLocation))
        return []
      }
    }

    /// The outputs of a graph whose inputs are the operands, in order.
    package func outputs(of definition: Graph) -> [BatchedValue] {
      var writer = BatchWriter(builder, extent, arithmetic)
      var next = 0
      for (index, node) in definition.nodes.enumerated() {
        if node.operatorType == nil {
          writer.bind(ValueID(node: index), to: operands[next])
          next += 1
        } else {
          writer.write(index, node, keepsName: false)
        }
      }
      return definition.outputList.compactMap { writer[$0.value] }
    }
  }
}

extension TensorType {
  /// The type of one example of a batched value.
  package var droppingFirstAxis: TensorType {
    TensorType(scalarType, Shape(Array(shape.dimensions.dropFirst())))
  }
}

extension Shape {
  /// The shape of a batch of values of this shape.
  package func batched(_ extent: Shape.Dimension) -> Shape { Shape([extent] + dimensions) }
}
