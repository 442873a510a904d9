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

        adjoint machine > machine.txt
        adjoint print Graphs/digits-mlp.graph --plan --dim B=32 --machine machine.txt
      """)

  @OptionGroup var machine: MachineOptions

  func run() throws {
    try StandardStream.output.write(machine.model().description)
  }
}
