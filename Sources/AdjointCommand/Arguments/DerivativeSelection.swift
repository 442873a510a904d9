import Adjoint
import ArgumentParser

/// What to differentiate, where, and how to print it: the options that the commands for derivatives share.
struct DerivativeSelection: ParsableArguments {
  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @OptionGroup var target: DerivativeTarget

  @OptionGroup var input: InputOptions

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws { try ThreadCount.validate(threads) }
}
