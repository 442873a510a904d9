import AdjointKernels

/// Steps in the order in which they run, with every update of a parameter decided.
struct Schedule {
  var values: [KernelGraph.Value]
  var steps: PerPlanStep<KernelGraph.Step>
  var outputs: [KernelGraph.Output]
  /// The parameters that values are written over, by the steps that read them last.
  ///
  /// The other updates are steps that write the parameter itself.
  var updatesInPlace: [ValueNumber: ValueNumber]
  /// Where steps may run at the same time, in order.
  var forks: [Plan.Fork] = []
}

extension KernelGraph.Step {
  /// Whether a result may be written over the bytes of an operand of as many bytes.
  func mayAlias(result: ValueNumber, operand: ValueNumber) -> Bool {
    switch work {
    case .nest(let nest):
      return nest.mayAlias(.value(result), .value(operand))
    case .rows(let group):
      return group.stages.mayAlias(.value(result), .value(operand), rows: group.rows)
    case .call(let kernel, let operands, let results):
      guard results.count(where: { $0 == result }) == 1,
        let place = results.firstIndex(of: result)
      else { return false }
      return operands.indices.allSatisfy {
        operands[$0] != operand || kernel.mayAlias(result: place, operand: $0)
      }
    }
  }
}
