import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering

/// The sizes of the Jacobians of single nodes with respect to their operands.
package struct LocalJacobians {
  private var table = LoweringTable()

  package init() {}

  /// The Jacobian of a node with respect to one of its operands; nil where it has none.
  ///
  /// Each point of a loop relates the elements that it reads to those that it writes, and each product of a
  /// contraction one of either operand to one of the result. An element-wise node has a diagonal.
  package mutating func jacobian(
    of index: Int, operand: Int, in graph: Graph
  ) throws(Diagnostic) -> LinearisedGraph.Jacobian? {
    let node = graph.nodes[index]
    guard let operation = node.operation else { return nil }
    let types = node.operands.map { graph.type(of: $0) }
    let rows = Self.count(node.resultTypes.filter(\.scalarType.isDifferentiable))
    let columns = Self.count([types[operand]])
    let full = rows * columns
    let lowering: Lowering
    do throws(Diagnostic) {
      lowering = try table.lowering(of: operation, on: types, to: node.resultTypes)
    } catch {
      throw error.at(node: graph.label(of: index)).located(at: node.location)
    }
    switch lowering {
    case .constant: return nil
    case .view: return LinearisedGraph.Jacobian(nonzeros: rows, structure: .identity)
    case .kernels(let kernels):
      let nonzeros = kernels.reduce(0) { $0 + Self.nonzeros($1, operand) }
      let isDiagonal = kernels.allSatisfy { kernel in
        if case .loopNest(let nest) = kernel { nest.isElementwise } else { false }
      }
      return LinearisedGraph.Jacobian(
        nonzeros: min(nonzeros, full),
        structure: isDiagonal && rows == columns ? .diagonal : .general)
    case .graph(let definition): return try jacobian(of: definition, operand, full: full)
    }
  }

  /// That of a graph which one node stands for, from its parts.
  private mutating func jacobian(
    of definition: Graph, _ operand: Int, full: Double
  ) throws(Diagnostic) -> LinearisedGraph.Jacobian? {
    let inputs = definition.nodes.indices.filter { definition.nodes[$0].operation == nil }
    let targets = definition.outputList.map(\.value)
    let linearised = try linearised(
      definition, from: [ValueID(node: inputs[operand])], to: targets)
    let jacobians = linearised?.graph.accumulated ?? []
    guard let first = jacobians.first else { return nil }
    let nonzeros = jacobians.reduce(0) { $0 + $1.nonzeros }
    return LinearisedGraph.Jacobian(
      nonzeros: min(nonzeros, full),
      structure: jacobians.count == 1 ? first.structure : .general)
  }

  /// The active part of a graph, with the node of each value; nil where no target depends on a source
  /// differentiably.
  package mutating func linearised(
    _ graph: Graph, from sources: [ValueID], to targets: [ValueID]
  ) throws(Diagnostic) -> (graph: LinearisedGraph, nodes: [Int])? {
    let activity = Activity(of: targets, withRespectTo: sources, in: graph.nodes)
    let origins = Set(sources.map(\.node))
    let isJoined = origins.count > Self.maximumSourceCount
    var joined: Int?
    guard targets.contains(where: { activity.isActive($0) }) else { return nil }
    var linearised = LinearisedGraph()
    var numbers: [Int: Int] = [:]
    var active: [Int] = []
    for (index, node) in graph.nodes.enumerated() where activity.activeNodes[index] {
      if isJoined, origins.contains(index), let joined {
        numbers[index] = joined
        continue
      }
      let types =
        isJoined && origins.contains(index)
        ? sources.map { graph.type(of: $0) } : node.resultTypes
      let number = linearised.addValue(
        size: Int(clampedConversion: Self.count(types.filter(\.scalarType.isDifferentiable))))
      numbers[index] = number
      active.append(index)
      guard !origins.contains(index) else {
        linearised.addSource(number)
        joined = number
        continue
      }
      for (place, operand) in node.operands.enumerated() {
        // An operand without a derivative, such as an index, is active by no path of its own.
        guard let origin = numbers[operand.node],
          graph.type(of: operand).scalarType.isDifferentiable,
          var jacobian = try jacobian(of: index, operand: place, in: graph)
        else { continue }
        // It is that of one source among the columns of all.
        if origin == joined, isJoined { jacobian.structure = .general }
        linearised.addEdge(from: origin, to: number, jacobian)
      }
    }
    for target in targets {
      if let number = numbers[target.node] { linearised.addTarget(number) }
    }
    return (linearised, active)
  }

  /// More sources than this are taken for one, so that the edges of each value stay few.
  private static let maximumSourceCount = 64

  private static func count(_ types: [TensorType]) -> Double {
    types.reduce(0) { $0 + Double($1.shape.elementCount ?? 0) }
  }

  private static func nonzeros(_ kernel: Kernel, _ operand: Int) -> Double {
    func points(_ nest: LoopNest) -> Double {
      nest.inputs.reduce(0) { $0 + ($1.source == .operand(operand) ? Double(nest.pointCount) : 0) }
    }
    switch kernel {
    case .loopNest(let nest): return points(nest)
    case .group(let group): return group.stages.reduce(0) { $0 + points($1.nest) }
    case .contraction(let product):
      return Double(product.batch) * Double(product.rows) * Double(product.columns)
        * Double(product.inner)
    case .gather(let copy), .scatterAdd(let copy):
      return Double(copy.outer) * Double(copy.count) * Double(copy.inner)
    }
  }
}
