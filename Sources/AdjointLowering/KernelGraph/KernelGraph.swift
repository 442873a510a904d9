import AdjointCore
import AdjointKernels

/// A graph after its operators became kernels: what fusion, scheduling and storage work on.
///
/// Views are gone: a step names the value whose bytes it reads, and its accesses say under which
/// extents it reads them.
struct KernelGraph {
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

  /// What a step runs.
  enum Work {
    /// A loop nest whose operand and result numbers are values.
    case nest(LoopNest)
    /// Loop nests done row by row.
    case rows(RowGroup)
    /// Any other kernel, applied to values.
    case call(Kernel, operands: [Int], results: [Int])
  }

  /// A fusion group whose stages name values where the kernel's name operands, results and locals.
  struct RowGroup {
    var rows: Int
    var stages: [FusionGroup.Stage]
    /// The values that nothing outside needs.
    var locals: [Int]

    /// The values that the stages write.
    var written: [Int] { stages.flatMap { $0.nest.outputs.map(\.result) } }
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
    var reads: [Int] {
      switch work {
      case .nest(let nest): return Self.unique(nest.inputs.map(\.operand))
      case .rows(let group):
        let written = Set(group.written)
        let inputs = group.stages.flatMap { $0.nest.inputs.map(\.operand) }
        return Self.unique(inputs.filter { !written.contains($0) })
      case .call(_, let operands, _): return Self.unique(operands)
      }
    }

    /// The values written, each once.
    var writes: [Int] {
      switch work {
      case .nest(let nest): Self.unique(nest.outputs.map(\.result))
      case .rows(let group): group.written.filter { !group.locals.contains($0) }
      case .call(_, _, let results): Self.unique(results)
      }
    }

    /// A step has few operands, so looking through them beats hashing.
    private static func unique(_ numbers: [Int]) -> [Int] {
      if numbers.count < 2 { return numbers }
      var unique: [Int] = []
      unique.reserveCapacity(numbers.count)
      for number in numbers where !unique.contains(number) { unique.append(number) }
      return unique
    }
  }

  /// A value that has a name outside, under the type it has there.
  struct Output {
    var name: String
    var value: Int
    var type: TensorType
  }

  /// The value whose bytes a parameter has after a run.
  struct Update {
    var parameter: Int
    var value: Int
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
  mutating func add(_ type: TensorType, _ source: Value.Source) -> Int {
    var literal: ScalarLiteral?
    if case .constant(let tensor) = source { literal = tensor.uniformLiteral }
    values.append(Value(type: type, source: source, literal: literal))
    return values.count - 1
  }

  /// Adds a step that copies a value to another of as many elements.
  mutating func addCopy(of value: Int, to target: Int, nodes: [Int]) {
    steps.append(
      Step(work: .nest(.copy(of: value, to: target, as: values[target].type)), nodes: nodes))
  }

  /// The graph without some of its steps.
  func dropping(_ isDropped: [Bool]) -> KernelGraph {
    var graph = self
    graph.steps = steps.indices.filter { !isDropped[$0] }.map { steps[$0] }
    return graph
  }

  /// For each value, the only step that writes it; -1 where there is none or there are several.
  var onlyWriters: [Int] {
    var writers = Array(repeating: -1, count: values.count)
    var isWritten = Array(repeating: false, count: values.count)
    for (number, step) in steps.enumerated() {
      for value in step.writes {
        writers[value] = isWritten[value] ? -1 : number
        isWritten[value] = true
      }
    }
    return writers
  }

  /// For each value, the steps that read it.
  var readers: [[Int]] {
    var readers: [[Int]] = Array(repeating: [], count: values.count)
    for (number, step) in steps.enumerated() {
      for value in step.reads { readers[value].append(number) }
    }
    return readers
  }

  /// For each value that becomes a parameter's next one, that parameter: the first of several, over which
  /// it is written.
  var updatedParameters: [Int: Int] {
    Dictionary(updates.map { ($0.value, $0.parameter) }, uniquingKeysWith: { first, _ in first })
  }

  /// For each value, whether it is needed apart from the steps that read it.
  var isNeededOutside: [Bool] {
    var needed = Array(repeating: false, count: values.count)
    for output in outputs { needed[output.value] = true }
    for update in updates { needed[update.value] = true }
    return needed
  }
}

extension LoopNest {
  /// A nest that copies one value to another element by element.
  static func copy(of value: Int, to target: Int, as type: TensorType) -> LoopNest {
    let extents = (type.shape.extents ?? []).filter { $0 != 1 }
    let access = Access(type.scalarType, extents: extents, map: .identity(rank: extents.count))
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), type.scalarType)
    return LoopNest(
      extents: extents, inputs: [Input(operand: value, access: access)], program: program,
      outputs: [Output(result: target, step: load, access: access)])
  }
}

extension Tensor {
  /// The number that every element is, or nil where they differ or there is none.
  fileprivate var uniformLiteral: ScalarLiteral? {
    if case .i64(let elements) = storage { return isUniform ? .integer(elements[0]) : nil }
    return uniformNumber.map { ScalarLiteral($0, scalarType) }
  }
}
