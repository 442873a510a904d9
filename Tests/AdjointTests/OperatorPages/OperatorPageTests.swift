import Adjoint
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

/// The reference of operators in Documentation/Operators, which is made from what each operator states.
///
/// `UPDATE_GOLDEN=1` writes the pages and the examples in Swift anew, and fails, so that they are looked at;
/// the examples are compiled by the next build.
@Suite("Operator pages")
struct OperatorPageTests {
  private static let pages: [OperatorPage] =
    OperatorRegistry.standard.mnemonics.compactMap {
      OperatorRegistry.standard[$0]?.page
    } + OperatorPage.composites

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func page(_ name: String) throws -> OperatorPage {
    try #require(Self.pages.first { $0.name == name })
  }

  @Test("exist for every operator and for every function over values")
  func complete() throws {
    let mnemonics = OperatorRegistry.standard.mnemonics
    let written = Self.pages.map(\.name)
    #expect(Set(mnemonics).subtracting(written) == [], "give these operators a page")
    #expect(Self.pages.map(\.name).count == Set(Self.pages.map { $0.name.lowercased() }).count)
    let folder = Self.root.appendingPathComponent("Sources/AdjointOperators/Composite")
    var functions: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for match in text.matches(of: /public func (\w+)/) { functions.insert(String(match.1)) }
    }
    #expect(functions.count >= 14)
    let spellings = written.map(Self.spelling)
    #expect(functions.subtracting(spellings) == [], "give these functions a page")
  }

  /// The name that a function in Swift has whose operator, or page, has a name: logSoftmax of log_softmax.
  private static func spelling(_ name: String) -> String {
    name.split(separator: "_").enumerated().map { place, word in
      place == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
    }.joined()
  }

  @Test("are what the operators state")
  func current() throws {
    var expected: [String: String] = ["README.md": Self.index]
    for page in Self.pages {
      expected["\(page.name).md"] = try PageText(PageSample(page)).markdown
    }
    try compare(expected, in: "Documentation/Operators") { $0.hasSuffix(".md") }
  }

  @Test("show the Swift that is compiled here")
  func currentExamples() throws {
    var expected: [String: String] = [:]
    for (name, file, areas) in Self.exampleFiles {
      expected["OperatorExamples+\(file).swift"] = try Self.examples(name, areas)
    }
    try compare(expected, in: "Tests/AdjointTests/OperatorPages") {
      $0.hasPrefix("OperatorExamples+")
    }
    let shown = Self.pages.filter { $0.example.swift != nil }.map(\.name)
    #expect(Set(shown) == Set(OperatorExamples.all.keys))
  }

  /// Compares the files of a folder with what they should be; writes them where that is asked for.
  private func compare(
    _ expected: [String: String], in path: String, where isOwn: (String) -> Bool
  ) throws {
    let folder = Self.root.appendingPathComponent(path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let stale = Set(names.filter(isOwn)).union(expected.keys).sorted().filter { name in
      let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      return text != expected[name]
    }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in stale {
        let file = folder.appendingPathComponent(name)
        if let text = expected[name] {
          try text.write(to: file, atomically: true, encoding: .utf8)
        } else {
          try FileManager.default.removeItem(at: file)
        }
      }
    }
    #expect(stale == [], "UPDATE_GOLDEN=1 writes these anew")
  }

  private static let exampleFiles: [(name: String, file: String, areas: [OperatorPage.Area])] = [
    ("elementwise", "Elementwise", [.elementwise]),
    ("tensors", "Tensors", [.structure, .indexing, .reduction, .linear]),
    ("composites", "Composites", [.composite]),
  ]

  private static func examples(_ name: String, _ areas: [OperatorPage.Area]) throws -> String {
    var text = """
      // The Swift of the operator pages, written from them by OperatorPageTests.
      import Adjoint

      extension OperatorExamples {
        static let \(name): [String: Example] = [

      """
    for page in pages where areas.contains(page.area) {
      guard let lines = try PageText(PageSample(page)).swift else { continue }
      text += "    \"\(page.name)\": { builder in\n"
      for line in lines { text += "      \(line)\n" }
      text += "    },\n"
    }
    return text + "  ]\n}\n"
  }

  private static var index: String {
    var text = """
      # Operators

      What a graph file may name, and the functions over values that are made of it. Each page has the formula, the
      shapes and scalar types, both modes of the derivative, what holds at zeros, infinities and NaN, and an example.
      The pages are made from what the operators state, and their examples are run, by a test.

      Element-wise operators need operands of one shape; the functions and infix operators in Swift broadcast them.

      """
    for area in OperatorPage.Area.allCases {
      text += "\n## \(area.rawValue.prefix(1).uppercased())\(area.rawValue.dropFirst())\n\n"
      for page in pages where page.area == area {
        text += "- [\(page.name)](\(page.name).md): \(page.summary)\n"
      }
    }
    return text
  }

  @Test("have examples that hold on every back end and in both modes", arguments: pages.map(\.name))
  func examples(_ name: String) throws {
    let sample = try PageSample(page(name))
    #expect(try Graph(text: sample.graph.description).description == sample.graph.description)
    let tensors = try sample.tensors
    try Self.expectBackEndsAgree(sample.graph, tensors)
    if !sample.sources.isEmpty {
      try Self.expectModesAgree(sample, tensors)
    }
    if let operation = sample.operation {
      #expect(operation.mnemonic == name)
      let used = Set(operation.attributes.attributes.map(\.name))
      #expect(
        used.subtracting(sample.page.attributes.map(\.name)) == [], "describe these attributes")
      let inputs = Set(sample.graph.inputs.map(\.name))
      #expect(sample.graph.nodes.count == inputs.count + 1, "the example is more than the operator")
    }
    if let example = OperatorExamples.all[name] {
      let builder = GraphBuilder(name)
      example(builder)
      #expect(try builder.build().description == sample.graph.description)
    }
  }

  private static func expectBackEndsAgree(_ graph: Graph, _ tensors: [String: Tensor]) throws {
    let reference = try GraphInterpreter.evaluate(graph, tensors).outputs
    for backend in Backend.allCases {
      let outputs = try graph.compiled(CompilationOptions(threads: 1, backend: backend))(tensors)
      for (name, value) in reference {
        let found = try #require(outputs[name])
        #expect(found.type == value.type)
        for (x, y) in zip(found.doubles, value.doubles) {
          #expect(abs(x - y) <= 1e-12 * max(1, abs(y)), "\(name) on \(backend)")
        }
      }
    }
  }

  /// The tangents of a direction have the same product with the cotangents as the direction has with the
  /// gradients.
  private static func expectModesAgree(_ sample: PageSample, _ tensors: [String: Tensor]) throws {
    let reverse = try sample.graph.differentiated(sample.output, withRespectTo: sample.sources)
    let forward = try sample.graph.differentiated(
      sample.output, withRespectTo: sample.sources, mode: .forward)
    let back = try PageSample.filled(reverse, tensors)
    let along = try PageSample.filled(forward, tensors) { 1 + 0.5 * Double($0) }
    try expectBackEndsAgree(reverse, back)
    try expectBackEndsAgree(forward, along)
    let gradients = try GraphInterpreter.evaluate(reverse, back).outputs
    let tangents = try GraphInterpreter.evaluate(forward, along).outputs
    let output = try #require(tangents["tangent.\(sample.output)"])
    let left = output.doubles.reduce(0, +)
    var right = 0.0
    for source in sample.sources {
      let gradient = try #require(gradients["gradient.\(source)"])
      let direction = try #require(along["tangent.\(source)"])
      right += zip(gradient.doubles, direction.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(left - right) <= 1e-6 * max(1, abs(left)), "\(left) and \(right)")
  }
}
