import Adjoint
import Foundation
import Testing

/// Every public function that takes a number, a size, an index, a path, a name or a tensor, called with
/// what no caller means.
///
/// What came of each call is kept in Tests/Golden/entry-points; `UPDATE_GOLDEN=1` writes it anew, and
/// fails, so that it is looked at.
@Suite("Public entry points")
struct EntryPointTests {
  private static let areas: [(name: String, entries: [EntryPoint])] = [
    ("tensors", EntryPoint.tensors), ("values", EntryPoint.values), ("files", EntryPoint.files),
    ("tables", EntryPoint.tables),
    ("urls", EntryPoint.urls),
    ("pictures", EntryPoint.pictures), ("binary", EntryPoint.binary),
    ("comparisons", EntryPoint.comparisons), ("functions", EntryPoint.functions),
    ("reductions", EntryPoint.reductions), ("structure", EntryPoint.structure),
    ("building", EntryPoint.building), ("derivatives", EntryPoint.derivatives),
    ("batches", EntryPoint.batches),
    ("compiling", EntryPoint.compiling), ("engines", EntryPoint.engines),
    ("machines", EntryPoint.machines),
    ("running", EntryPoint.running), ("handles", EntryPoint.handles),
    ("gradient-functions", EntryPoint.gradientFunctions),
    ("graph-functions", EntryPoint.graphFunctions),
    ("traced-functions", EntryPoint.tracedFunctions),
    ("differences", EntryPoint.differences),
    ("costs", EntryPoint.costs),
    ("profiles", EntryPoint.profiles),
    ("datasets", EntryPoint.datasets), ("training", EntryPoint.training),
    ("optimizers", EntryPoint.optimizers),
  ]

  @Test(
    "end in a value or a Diagnostic, soon, and in little memory", arguments: areas.map(\.name))
  func hostileCalls(_ area: String) throws {
    let entries = try #require(Self.areas.first { $0.name == area }?.entries)
    var lines: [String] = []
    for entry in entries {
      let result = try entry.run()
      lines += result.lines
      #expect(result.faults == [])
    }
    let actual = lines.joined(separator: "\n") + "\n"
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/entry-points/\(area).txt")
    let expected = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    if actual != expected, ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try actual.write(to: path, atomically: true, encoding: .utf8)
    }
    let difference = actual.split(separator: "\n").difference(from: expected.split(separator: "\n"))
    #expect(difference.isEmpty, "\(difference)")
  }

  @Test("are all called above")
  func complete() throws {
    let declared = Set(try PublicSignatures.all().filter(Self.takesWhatCanBeWrong).map(\.signature))
    #expect(declared.count >= 190)
    let listed = Self.areas.flatMap { $0.entries.map(\.signature) }
    #expect(listed.count == Set(listed).count, "an entry stands twice")
    #expect(declared.subtracting(listed) == [], "add calls of these to EntryPoints")
    #expect(Set(listed).subtracting(declared) == [], "these are no public functions")
  }

  /// Types whose every value is fine: enumerations, functions, and what a builder or this package made
  /// and so has checked.
  private static let harmless: Set<Substring> = [
    // Axes as variadics go on to the function that takes a list.
    "Int...", "Value", "Value?", "Engine", "[Value]", "Graph", "ScalarType", "CodeForm",
    "DifferentiationMode", "DerivativeOptions", "JacobianOrder",
    "GeluApproximation", "Provenance.Role?", "[Pass]", "Self", "inout Hasher", "(Progress) -> Void",
    "(Pass, Graph) throws(Diagnostic) -> Void", "([UInt8]) throws(Diagnostic) -> Void",
    "isolated (any Actor)?",
  ]

  /// Types of settable properties that cannot be wrong either; texts among them, which nothing opens.
  private static let harmlessProperties: Set<Substring> = [
    "String", "String?", "[String]", "[String: String]", "Bool", "Code", "SourceLocation?", "Role",
    "Backend?", "Backend", "Logger", "Pipeline", "Optimizer", "LearningRateSchedule",
    "GradientClipping?", "ClassWeights?", "Metric", "Header", "Separator", "MissingValues",
    "[String]?",
  ]

  private static func takesWhatCanBeWrong(_ declaration: PublicDeclaration) -> Bool {
    let others = declaration.parameterTypes.filter { !harmless.contains($0) }
    return declaration.isProperty
      ? others.contains { !harmlessProperties.contains($0) } : !others.isEmpty
  }
}
