import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation

/// A graph, what is done to it, and the text that must come out.
///
///     // run: reverse(loss, w), standard
///     adjoint 1
///     graph ...
///     // ---
///     adjoint 1
///     graph ...
///
/// For lowering, the text that must come out is the plan; for a kernel pass the kernels before and after it,
/// and what it left apart and why. A step is the name of a pass, `standard` or
/// `compilation` for a pipeline, or `reverse(output, source …)` and `forward(output, source …)` for a
/// derivative.
package struct GoldenFile: CustomStringConvertible, Sendable {
  /// The folder and the name.
  package let description: String
  private let path: String

  /// The golden files of passes, in order of their names.
  package static func passes() throws -> [GoldenFile] {
    try all().filter {
      !$0.description.hasPrefix("lowering/") && !$0.description.hasPrefix("kernels/")
    }
  }

  /// The golden files of kernel passes, each in the folder of its pass below `kernels`.
  package static func kernelPasses() throws -> [GoldenFile] {
    try all().filter { $0.description.hasPrefix("kernels/") }
  }

  /// The text that has to come out, as it stands in the file.
  package func expectedText() throws -> String {
    let parts = try String(contentsOfFile: path, encoding: .utf8)
      .components(separatedBy: "\n// ---\n")
    return parts.count > 1 ? parts[1] : ""
  }

  /// The folder that the file is in.
  package var folder: String {
    description.split(separator: "/").dropLast().last.map(String.init) ?? ""
  }

  /// The golden files whose expected text is a plan.
  package static func lowering() throws -> [GoldenFile] {
    try all().filter { $0.description.hasPrefix("lowering/") }
  }

  private static func all() throws -> [GoldenFile] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden")
    let paths =
      FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".graph") }.sorted().map {
      GoldenFile(description: $0, path: root.appendingPathComponent($0).path)
    }
  }

  /// What came of running a golden file.
  package struct Outcome {
    package let before: Graph
    package let after: Graph
    /// The graph before the first step and after each.
    package let stages: [Graph]
    package let actual: String
    package let expected: String
  }

  package struct Malformed: Error {}

  /// Runs the steps and has what comes of them printed, as a graph unless something else is asked for.
  ///
  /// With UPDATE_GOLDEN set in the environment the file is rewritten where it differs, and the
  /// comparison still fails, so that a new text is always looked at.
  package func run(
    printing print: (Graph) throws -> String = { $0.description }
  ) throws -> Outcome {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let parts = text.components(separatedBy: "\n// ---\n")
    let prefix = "// run: "
    guard let header = parts[0].split(separator: "\n").first, header.hasPrefix(prefix) else {
      throw Malformed()
    }
    let input = parts[0].dropFirst(header.count + 1)
    let before = try GraphParser.parse(Array(input.utf8), file: description, registry: .standard)
    var after = before
    var stages = [before]
    for step in Self.steps(header.dropFirst(prefix.count)) {
      after = try Self.apply(step, to: after)
      try GraphVerifier.verify(after)
      stages.append(after)
    }
    let actual = try print(after)
    let expected = parts.count > 1 ? parts[1] : ""
    if actual != expected, ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try (parts[0] + "\n// ---\n" + actual).write(toFile: path, atomically: true, encoding: .utf8)
    }
    return Outcome(
      before: before, after: after, stages: stages, actual: actual, expected: expected)
  }

  /// The steps of a header, split at the commas outside parentheses.
  private static func steps(_ header: Substring) -> [String] {
    var steps = [""]
    var depth = 0
    for character in header {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 {
        steps.append("")
      } else {
        steps[steps.count - 1].append(character)
      }
    }
    return steps.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func apply(_ step: String, to graph: Graph) throws -> Graph {
    if step == "standard" { return try Pipeline.standard(graph) }
    if step == "compilation" { return try Pipeline.compilation(graph) }
    if let mode = DifferentiationMode.allCases.first(where: { step.hasPrefix($0.rawValue + "(") }) {
      let words = step.dropFirst(mode.rawValue.count + 1).dropLast()
        .split { $0 == "," || $0 == " " }.map(String.init)
      return try graph.differentiatedAsWritten(
        words[0], withRespectTo: Array(words.dropFirst()), mode: mode)
    }
    guard let pass = Pipeline.compilation.passes.first(where: { $0.name == step }) else {
      throw Malformed()
    }
    return try pass(graph)
  }
}

extension Graph {
  /// Seeded values for every input and parameter; whole numbers are small and not negative.
  package func randomSources(seed: UInt64) throws -> [String: Tensor] {
    var sources: [String: Tensor] = [:]
    for (index, port) in (inputs + parameters).enumerated() {
      let isWhole = !port.type.scalarType.isDifferentiable
      sources[port.name] = try .random(
        port.type, seed: seed &+ UInt64(index), from: isWhole ? 0 : -1, to: isWhole ? 2.99 : 1)
    }
    return sources
  }

  /// The graph with every named dimension replaced by one extent.
  package func bindingAll(to extent: Int) throws -> Graph {
    try binding(Dictionary(uniqueKeysWithValues: dimensionNames.map { ($0, extent) }))
  }
}
