import Adjoint

/// What came of compiling and running a case for several machines.
struct MachineRow {
  let name: String
  /// The plans in the order of `MachineVariant.all`; fewer where one was not to be had.
  var plans: [Executable.Statistics] = []
  /// The first thing that went wrong; nil where every plan computes the same.
  var difference: String?

  static let table = Table(
    [("case", 17)] + MachineVariant.all.map { ($0.title, 20) } + [("", 2), ("results", 0)])

  /// Steps, forks and bytes of the arena for each machine.
  var cells: [String] {
    var cells = [name]
    for place in MachineVariant.all.indices {
      cells.append(
        plans.indices.contains(place)
          ? "\(plans[place].kernelCount)/\(plans[place].forkCount)/\(plans[place].plannedByteCount)"
          : "-")
    }
    return cells + ["", difference ?? "equal"]
  }

  /// One line of JSON.
  var json: String {
    let machines = zip(MachineVariant.all, plans).map { variant, plan in
      "{\"cores\": \(variant.coreCount), \"thirdCache\": \"\(variant.thirdCache)\", "
        + "\"steps\": \(plan.kernelCount), \"forks\": \(plan.forkCount), "
        + "\"plannedBytes\": \(plan.plannedByteCount)}"
    }
    return "{\"case\": \"\(name)\", \"machines\": [\(machines.joined(separator: ", "))], "
      + "\"difference\": \(difference.map(Self.quoted) ?? "null")}"
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case ..<" ": quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
