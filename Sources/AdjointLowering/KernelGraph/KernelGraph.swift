import AdjointCore
import AdjointKernels

/// A graph after its operators became kernels: what fusion, scheduling and storage work on.
///
/// Views are gone: a step names the value whose bytes it reads, and its accesses say under which
/// extents it reads them.
package struct KernelGraph: Sendable {
  /// Something that occupies bytes.
  struct Value {
    enum Source {
      case input(String)
      case parameter(String)
      case constant(Tensor)
      /// Steps write it.
      case computed
    }

    var type: TensorType
    var source: Source
    /// The number that a constant holds everywhere.
    var literal: ScalarLiteral?
    /// The node whose result it is, where steps write it.
    var node: Int?

    var byteCount: Int { (type.shape.elementCount ?? 0) * type.scalarType.byteCount }
    var isParameter: Bool { if case .parameter = source { true } else { false } }
    var isComputed: Bool { if case .computed = source { true } else { false } }
  }

  /// What a step runs; by reference, since passes copy steps and seldom change them.
  indirect enum Work {
    /// A loop nest that reads and writes values.
    case nest(LoopNest)
    /// Loop nests done row by row.
    case rows(RowGroup)
    /// Any other kernel, applied to values.
    case call(Kernel, operands: [ValueNumber], results: [ValueNumber])
  }

  /// A fusion group whose stages read and write values, where the kernel's have operands, results and locals.
  struct RowGroup {
    var rows: Int
    var stages: [FusionGroup.Stage]
    /// The values that nothing outside needs.
    var locals: [ValueNumber]

    /// The values that the stages write.
    var written: [ValueNumber] { stages.flatMap(\.nest.writtenValues) }
  }

  struct Step {
    var work: Work
    /// The nodes it stands for.
    var nodes: [Int]
    /// The number of a contraction in the fusion report.
    var entry: Int?
    /// The number of a group in the report on row fusion.
    var group: Int?

    /// The values read, each once.
    var reads: [ValueNumber] {
      switch work {
      case .nest(let nest): return Self.unique(nest.readValues)
      case .rows(let group):
        let written = Set(group.written)
        let inputs = group.stages.flatMap(\.nest.readValues)
        return Self.unique(inputs.filter { !written.contains($0) })
      case .call(_, let operands, _): return Self.unique(operands)
      }
    }

    /// The values written, each once.
    var writes: [ValueNumber] {
      switch work {
      case .nest(let nest): Self.unique(nest.writtenValues)
      case .rows(let group): group.written.filter { !group.locals.contains($0) }
      case .call(_, _, let results): Self.unique(results)
      }
    }

    /// A step has few operands, so looking through them beats hashing.
    private static func unique(_ numbers: [ValueNumber]) -> [ValueNumber] {
      if numbers.count < 2 { return numbers }
      var unique: [ValueNumber] = []
      unique.reserveCapacity(numbers.count)
      for number in numbers where !unique.contains(number) { unique.append(number) }
      return unique
    }
  }

  /// A value that has a name outside, under the type it has there.
  struct Output {
    var name: String
    var value: ValueNumber
    var type: TensorType
  }

  /// The value whose bytes a parameter has after a run.
  struct Update {
    var parameter: ValueNumber
    var value: ValueNumber
  }

  var values: [Value] = []
  /// In topological order.
  var steps: [Step] = []
  var outputs: [Output] = []
  var updates: [Update] = []
  /// What was fused into contractions.
  var fusionReport = FusionReport()
  var rowFusionReport = RowFusionReport()

  /// Adds a value and returns its number.
  mutating func add(_ type: TensorType, _ source: Value.Source) -> ValueNumber {
    var literal: ScalarLiteral?
    if case .constant(let tensor) = source { literal = tensor.uniformLiteral }
    values.append(Value(type: type, source: source, literal: literal))
    return ValueNumber(values.count - 1)
  }

  /// Adds a step that copies a value to another of as many elements.
  mutating func addCopy(of value: ValueNumber, to target: ValueNumber, nodes: [Int]) {
    steps.append(
      Step(work: .nest(.copy(of: value, to: target, as: values[target].type)), nodes: nodes))
  }

  /// The graph without some of its steps.
  func dropping(_ isDropped: [Bool]) -> KernelGraph {
    var graph = self
    graph.steps = steps.indices.filter { !isDropped[$0] }.map { steps[$0] }
    return graph
  }

  /// For each value that becomes a parameter's next one, that parameter: the first of several, over which
  /// it is written.
  var updatedParameters: [ValueNumber: ValueNumber] {
    Dictionary(updates.map { ($0.value, $0.parameter) }, uniquingKeysWith: { first, _ in first })
  }
}

extension LoopNest {
  /// The values of a kernel graph that it reads, with repetitions.
  var readValues: [ValueNumber] { inputs.compactMap(\.source.value) }
  /// The values of a kernel graph that it writes, with repetitions.
  var writtenValues: [ValueNumber] { outputs.compactMap(\.target.value) }

  /// A nest that copies one value to another element by element.
  static func copy(of value: ValueNumber, to target: ValueNumber, as type: TensorType) -> LoopNest {
    let extents = (type.shape.extents ?? []).filter { $0 != 1 }
    let access = Access(type.scalarType, extents: extents, map: .identity(rank: extents.count))
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), type.scalarType)
    return LoopNest(
      extents: extents, inputs: [Input(.value(value), access: access)], program: program,
      outputs: [Output(.value(target), step: load, access: access)])
  }
}

extension Tensor {
  /// The number that every element is, or nil where they differ or there is none.
  fileprivate var uniformLiteral: ScalarLiteral? {
    if case .i64(let elements) = storage { return isUniform ? .integer(elements[0]) : nil }
    return uniformNumber.map { ScalarLiteral($0, scalarType) }
  }
}
