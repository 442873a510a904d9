import Adjoint
import ArgumentParser

/// Numbers for named dimensions.
struct DimensionOptions: ParsableArguments {
  @Option(
    name: .customLong("dim"),
    help: ArgumentHelp("The number that a named dimension stands for.", valueName: "B=32"),
    transform: DimensionAssignment.init)
  var assignments: [DimensionAssignment] = []

  /// The numbers by name.
  func extents() throws(Diagnostic) -> [String: Int] {
    var extents: [String: Int] = [:]
    for assignment in assignments {
      guard extents.updateValue(assignment.extent, forKey: assignment.name) == nil else {
        throw Diagnostic(.duplicateName, "--dim gives \(assignment.name) twice; give it once")
      }
    }
    return extents
  }
}
