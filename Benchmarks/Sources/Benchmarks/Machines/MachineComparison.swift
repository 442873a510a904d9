import Adjoint

/// Compiles a case for machines of one to 64 cores, reads the text of each plan again, and runs it with as many
/// threads as its machine has cores: what plans compute must not depend on the number of cores.
///
/// Memory is that of one context and of the results of one other: nothing else is kept from plan to plan.
struct MachineComparison {
  /// Runs of each plan; the second begins with parameters that the first has updated, in an arena that it has left.
  private static let runCount = 2

  /// Everything that some runs gave, in order, and what each is.
  private typealias Results = [(name: String, tensor: Tensor)]

  private let workload: Case.Workload

  /// What came of the plans of a case, up to the first that went wrong.
  static func row(of item: Case) -> MachineRow {
    var row = MachineRow(name: item.name)
    do {
      try MachineComparison(workload: item.build()).compare(into: &row)
    } catch {
      row.difference = row.difference ?? "not compiled: \(error)"
    }
    return row
  }

  private func compare(into row: inout MachineRow) throws(Diagnostic) {
    for cache in MachineVariant.ThirdCache.allCases {
      var expected: Results?
      for variant in MachineVariant.all where variant.thirdCache == cache {
        do {
          let found = try results(for: variant, &row)
          if let expected, let difference = Self.difference(found, expected) {
            row.difference = "for \(variant.title): \(difference)"
            return
          }
          expected = expected ?? found
        } catch {
          row.difference = "for \(variant.title): \(error)"
          return
        }
      }
    }
  }

  private func results(
    for variant: MachineVariant, _ row: inout MachineRow
  ) throws(Diagnostic) -> Results {
    let options = CompilationOptions(threads: variant.coreCount, machine: variant.model)
    let executable = try workload.graph.compiled(options, on: .oversubscribed)
    row.plans.append(executable.statistics)
    try Self.check(workload.graph.planReport(options), executable.statistics, variant)
    let context = try executable.makeContext()
    for (name, tensor) in try workload.start(context).inputs { try context.set(name, to: tensor) }
    var results: Results = []
    for run in 1...Self.runCount {
      try context.run()
      for port in executable.outputs {
        results.append(("\(port.name) of run \(run)", try context.output(port.name)))
      }
    }
    for port in executable.parameters {
      results.append(("parameter \(port.name)", try context.parameter(port.name)))
    }
    return results
  }

  /// Reads the text of a plan, which has to be of the plan that was compiled and to say all of it.
  private static func check(
    _ text: String, _ statistics: Executable.Statistics, _ variant: MachineVariant
  ) throws(Diagnostic) {
    let again = try KernelText.checked(Array(text.utf8), of: "plan for \(variant.title)")
    guard again == text else {
      throw Diagnostic(.wrongResult, "the plan that was read prints another text")
    }
    let counts =
      "\narena \(statistics.plannedByteCount) bytes, "
      + "lower bound \(statistics.lowerBoundByteCount) bytes "
    guard text.hasPrefix("plan 1\n\(statistics.kernelCount) steps "), text.contains(counts) else {
      throw Diagnostic(.wrongResult, "the text is of another plan than the one that is run")
    }
  }

  /// The first element whose bits differ.
  private static func difference(_ found: Results, _ expected: Results) -> String? {
    for (found, expected) in zip(found, expected) where found.tensor != expected.tensor {
      let (new, old) = (found.tensor.doubles, expected.tensor.doubles)
      let place = new.indices.first { new[$0].bitPattern != old[$0].bitPattern } ?? 0
      return "\(found.name) has \(new[place]) at \(place), for one core \(old[place])"
    }
    return nil
  }
}
