import Adjoint
import AdjointGraph
import ArgumentParser

/// The `adjoint` command.
@main
struct AdjointTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjoint",
    abstract: "Inspects, differentiates, runs and trains computation graphs.",
    discussion: """
      A graph is a text file, one node a line. Errors go to standard error. The exit code is 0 where \
      all is well, 1 where a graph, its data or a file is not as it must be, and 64 where the \
      command line is not.

        adjoint print Graphs/trace.graph
        adjoint gradient Graphs/trace.graph --of y --set x1=1 --set x2=2
      """,
    version: "0.1.0",
    subcommands: [
      PrintCommand.self, CheckCommand.self, DifferentiateCommand.self, RunCommand.self,
      GradientCommand.self, JacobianCommand.self, HessianCommand.self, TraceCommand.self,
      TrainCommand.self, EvaluateCommand.self, CheckGradientsCommand.self, CostCommand.self,
      ExplainCommand.self, ProfileCommand.self, ExploreCommand.self, MachineCommand.self,
    ])

  static func main() {
    LinkedBLAS.endThreads()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let diagnostic as Diagnostic {
      StandardStream.error.writeIgnoringFailure("error: \(diagnostic)\n")
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: unknownSubcommand(CommandLine.arguments.dropFirst()) ?? error)
    }
  }

  /// What to say of arguments whose first is no subcommand, nil for others.
  private static func unknownSubcommand(_ arguments: ArraySlice<String>) -> ValidationError? {
    var words = arguments
    if words.first == "help" { words.removeFirst() }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = words.first, !word.hasPrefix("-"), !known.contains(word), word != "help" else {
      return nil
    }
    let hint = EditDistance.nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? "."
    return ValidationError(
      "'\(word)' is no subcommand\(hint) The subcommands are \(known.joined(separator: ", ")).")
  }
}
