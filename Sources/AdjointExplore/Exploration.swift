import Adjoint
import AdjointCore
import AdjointFormats

/// A page on which a person follows a value of a graph to its derivative, to the kernel that computes it, and to its
/// bytes in the arena over time.
///
/// It is one file of HTML that loads nothing: nodes with types, places and reasons, what the passes made of them, steps
/// with their kernels, what was fused and what was not and why, every buffer with its place and lifetime, and the times
/// of a profile where there is one. Mouse and keyboard do the same.
///
/// ```swift
/// let builder = GraphBuilder("layer")
/// let x = builder.input("x", .f32, ["B", 100])
/// let w = builder.parameter("w", .f32, [100, 10], .he)
/// builder.output("loss", tanh(matmul(x, w)).sum())
/// let graph = try builder.build().differentiated("loss", withRespectTo: ["w"])
/// let page = try Exploration(of: graph, CompilationOptions(dimensions: ["B": 32])).html()
/// print(page.hasPrefix("<!doctype html>"))
/// ```
public struct Exploration: Sendable {
  package let data: ExplorationData

  /// Compiles a graph, and collects what became of it.
  ///
  /// - Parameters:
  ///   - graph: The graph, with its derivative where that is of interest.
  ///   - options: How it is compiled.
  ///   - profile: The times of its steps, as `Graph.profiled(_:values:repeats:seed:limits:on:)` gives them for the same
  ///     graph and options.
  /// - Throws: what `Graph.compiled(_:on:)` throws; `.invalidArgument` for a profile of another plan.
  public init(
    of graph: Graph, _ options: CompilationOptions = CompilationOptions(), profile: Profile? = nil
  ) throws(Diagnostic) {
    data = try ExplorationBuilder.data(of: graph, options, profile)
  }

  /// Shows other data, for tests.
  package init(_ data: ExplorationData) { self.data = data }

  /// The page.
  ///
  /// Texts of the graph are data in it, and are shown as text: none is taken for HTML.
  ///
  /// - Throws: nothing for what can be compiled.
  public func html() throws(Diagnostic) -> String {
    Page.text(title: data.title, data: try EmbeddedJSON.text(of: data))
  }

  /// Writes the page to a file, whole or not at all.
  ///
  /// - Throws: `.inputOutput` where it cannot be written.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(text: html(), to: path)
  }
}
