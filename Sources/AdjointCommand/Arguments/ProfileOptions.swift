import Adjoint
import ArgumentParser

/// How a graph is run to be profiled.
struct ProfileOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "The runs that times are the medians of.")
  var repeats = 30

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws {
    try ThreadCount.validate(threads)
    guard repeats >= 1 else {
      throw ValidationError("--repeats must be at least 1, not \(repeats)")
    }
  }

  /// Runs a graph that is of a file, or of a derivative of it.
  func profile(
    of graph: Graph, in whole: Graph, _ input: InputOptions, file: String
  ) throws(Diagnostic) -> Profile {
    let (tensors, extents) = try input.values(for: graph, of: whole)
    do throws(Diagnostic) {
      return try graph.profiled(
        CompilationOptions(dimensions: extents, threads: threads), values: tensors,
        repeats: repeats, seed: input.seed, on: CommandEngine.engine())
    } catch {
      throw error.located(at: SourceLocation(file: file))
    }
  }
}
