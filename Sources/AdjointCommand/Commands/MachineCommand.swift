import Adjoint
import ArgumentParser

struct MachineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machine",
    abstract: "Prints what the compiler takes this machine, or another, for.",
    discussion: """
      The fixed part decides how sums are put together: the same graph gives the same bits wherever it is \
      the same. The free part decides what runs at the same time, which changes no bit. Change what is \
      printed to look at the plan for another machine.

        adjoint machine --measure > machine.txt
        adjoint print Graphs/digits-mlp.graph --plan --dim B=32 --machine machine.txt
      """)

  @OptionGroup var machine: MachineOptions

  @Flag(
    help:
      "Measure the costs of this machine, which takes some seconds; without, they are those of a common one."
  )
  var measure = false

  func validate() throws {
    if measure, machine.machine != nil {
      throw ValidationError("--measure measures this machine; leave out --machine.")
    }
  }

  func run() throws {
    let model = measure ? try MachineModel.measured() : try machine.model()
    try StandardStream.output.write(model.description)
  }
}
