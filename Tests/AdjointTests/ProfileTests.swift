import Adjoint
import AdjointCore
import AdjointGraph
import AllocationCounting
import Foundation
import TestSupport
import Testing

@Suite("Profiles") struct ProfileTests {
  /// Not measured, so that the tests take no time for it.
  private static let limits = MachineLimits(
    operationsPerSecond: 1e11, bytesPerSecond: 1e10, threads: 1, scalarType: .f32,
    matrixExtent: 64, arrayByteCount: 1 << 20)

  /// y = tanh(x·w + b) as a file, and its sum.
  private static func layer() throws -> Graph {
    try Graph(
      text: """
        adjoint 1
        graph layer {
          input %x: f32[B, 40]
          parameter %w: f32[40, 30] = glorot
          parameter %b: f32[30] = zeros
          %p = dot_general(%x, %w) {contract_left = [1], contract_right = [0]} : f32[B, 30]
          %r = broadcast(%b) {shape = [B, 30], axes = [1]} : f32[B, 30]
          %s = add(%p, %r) : f32[B, 30]
          %y = tanh(%s) : f32[B, 30]
          %loss = reduce_sum(%y) {axes = [0, 1]} : f32[]
          output y = %y
          output loss = %loss
        }
        """, file: "layer.graph")
  }

  private func profile(
    _ graph: Graph, _ options: CompilationOptions = CompilationOptions(dimensions: ["B": 32]),
    values: [String: Tensor] = [:], repeats: Int = 5
  ) throws -> Profile {
    try graph.profiled(options, values: values, repeats: repeats, limits: Self.limits)
  }

  @Test("have each step with its work, its nodes and their places")
  func steps() throws {
    let profile = try profile(Self.layer())
    #expect(profile.graph == "layer" && profile.dimensions == ["B": 32] && profile.repeats == 5)
    let product = try #require(profile.steps.first)
    #expect(product.kernel.hasPrefix("contraction f32 [32, 40] · [40, 30]"))
    #expect(product.nodes.map(\.name) == ["p", "r", "s", "y"])
    #expect(product.nodes.map(\.mnemonic) == ["dot_general", "broadcast", "add", "tanh"])
    #expect(product.nodes.map(\.location?.line) == [6, 7, 8, 9])
    #expect(product.nodes.allSatisfy { $0.location?.file == "layer.graph" })
    #expect(product.nodes[0].type == TensorType(.f32, extents: [32, 30]))
    #expect(product.places == (6...9).map { "layer.graph:\($0):3" })
    #expect(product.label == "%p %r %s %y")
    #expect(product.operationCount == 2 * 32 * 40 * 30 + 2 * 32 * 30)
    #expect(product.functionCount == 32 * 30)
    #expect(product.byteCount == 4 * (32 * 40 + 40 * 30 + 30 + 32 * 30))
    let sum = try #require(profile.steps.last)
    #expect(sum.nodes.map(\.name) == ["loss"] && sum.operationCount == 32 * 30)
    #expect(profile.steps.map(\.number) == Array(profile.steps.indices))
    #expect(abs(profile.steps.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(profile.steps.allSatisfy { $0.seconds > 0 && $0.threadCount >= 1 })
    let rate = product.operationsPerSecond * product.seconds
    #expect(abs(rate - Double(product.operationCount)) < 1)
    #expect(profile.seconds > 0 && profile.watchedSeconds >= 0 && profile.clockSeconds > 0)
    #expect(profile.assumptions == ["x: f32[32, 40]: numbers of the normal distribution"])
    #expect(profile.limits == Self.limits)
  }

  @Test("have the steps of the plan report")
  func planReport() throws {
    let options = CompilationOptions(dimensions: ["B": 32])
    let graph = try Self.layer().differentiated("loss", withRespectTo: ["w", "b"])
    let profile = try profile(graph, options)
    let report = try graph.planReport(options)
    for step in profile.steps {
      #expect(report.contains("  k\(step.kernelNumber) \(step.kernel)\n"))
      #expect(report.contains("  \(step.number): "))
      #expect(report.contains("  \(step.label)\n"))
    }
    let derived = profile.steps.flatMap(\.nodes).filter { $0.provenance != nil }
    #expect(!derived.isEmpty)
    // What was derived has the place of what it was derived from.
    #expect(derived.allSatisfy { $0.location?.file == "layer.graph" })
  }

  @Test("have the parts of one run by beginning, each within its step", arguments: [1, 2])
  func parts(threads: Int) throws {
    let profile = try profile(
      Self.layer(), CompilationOptions(dimensions: ["B": 4096], threads: threads))
    #expect(profile.threads == threads)
    let whole = profile.parts.filter { $0.piece == nil }
    #expect(whole.map(\.step).sorted() == profile.steps.map(\.number))
    #expect(profile.parts.map(\.start) == profile.parts.map(\.start).sorted())
    for part in profile.parts {
      let step = try #require(whole.first { $0.step == part.step })
      #expect(part.start >= step.start && part.end <= step.end && part.start <= part.end)
      #expect(part.thread < threads)
      #expect((part.piece == nil) == part.items.isEmpty)
    }
    #expect((threads > 1) == profile.parts.contains { $0.piece != nil })
  }

  @Test("write a trace with a row for each thread", arguments: [1, 2])
  func trace(threads: Int) throws {
    let profile = try profile(
      Self.layer(), CompilationOptions(dimensions: ["B": 4096], threads: threads))
    let json = try JSONSerialization.jsonObject(with: Data(profile.chromeTrace.utf8))
    let events = try #require((json as? [String: Any])?["traceEvents"] as? [[String: Any]])
    #expect(events.allSatisfy { $0["pid"] as? Int == 1 && $0["tid"] is Int })
    func names(_ kind: String) -> [String?] {
      events.filter { $0["name"] as? String == kind && $0["ph"] as? String == "M" }
        .map { ($0["args"] as? [String: Any])?["name"] as? String }
    }
    #expect(names("process_name") == ["adjoint layer"])
    #expect(names("thread_name") == (threads == 1 ? ["caller"] : ["caller", "worker 1"]))
    let complete = events.filter { $0["ph"] as? String == "X" }
    #expect(complete.count == profile.parts.count)
    for (event, part) in zip(complete, profile.parts) {
      #expect(event["tid"] as? Int == part.thread)
      #expect(event["cat"] as? String == (part.piece == nil ? "step" : "items"))
      let start = try #require(event["ts"] as? Double)
      let duration = try #require(event["dur"] as? Double)
      #expect(abs(start - part.start * 1e6) < 0.001)
      #expect(abs(duration - (part.end - part.start) * 1e6) < 0.001)
      let arguments = try #require(event["args"] as? [String: Any])
      #expect(arguments["step"] as? Int == part.step)
      if part.piece == nil {
        #expect(arguments["nodes"] as? [String] == profile.steps[part.step].nodes.map(\.name))
      } else {
        #expect(arguments["first"] as? Int == part.items.lowerBound)
        #expect(arguments["end"] as? Int == part.items.upperBound)
      }
    }
  }

  @Test("take values, and dimensions from them")
  func values() throws {
    let profile = try profile(
      Self.layer(), CompilationOptions(),
      values: ["x": Tensor(repeating: 1, .f32, extents: [3, 40])])
    #expect(profile.dimensions == ["B": 3] && profile.assumptions.isEmpty)
  }

  @Test("of a training step change parameters as runs do, and leave the graph alone")
  func training() throws {
    let step = try Self.layer().keeping(outputs: ["loss"])
    let update = try profile(step.differentiated("loss", withRespectTo: ["w"]))
    #expect(update.steps.contains { $0.nodes.contains { $0.provenance?.role == .adjoint } })
  }

  @Test("of a graph without steps are refused at its place")
  func withoutSteps() throws {
    let graph = try Graph(
      text: """
        adjoint 1
        graph empty {
          input %x: f32[3]
          output y = %x
        }
        """, file: "empty.graph")
    let error = #expect(throws: Diagnostic.self) { try graph.profiled(limits: Self.limits) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.location == SourceLocation(file: "empty.graph", line: 3, column: 3))
    #expect(error?.message.contains("the graph empty has no steps") == true)
  }

  @Test("refuse what they cannot run")
  func refusals() throws {
    let graph = try Self.layer()
    func error(_ body: () throws -> Profile) -> Diagnostic? {
      #expect(throws: Diagnostic.self) { _ = try body() }
    }
    #expect(error { try graph.profiled(limits: Self.limits) }?.code == .unboundDimension)
    for repeats in [0, -1, .max] {
      let refusal = error { try profile(graph, repeats: repeats) }
      #expect(refusal?.code == .invalidArgument)
      #expect(refusal?.message.contains("\(repeats)") == true)
    }
    let unknown = error { try profile(graph, values: ["z": Tensor([1])]) }
    #expect(unknown?.code == .unknownName)
    #expect(unknown?.message.contains("z") == true)
  }

  @Test("measure what the machine can do, on so many threads", arguments: [1, 2])
  func limits(threads: Int) throws {
    let engine = Engine(Engine.Options(maximumMemory: 64 << 20, cacheFolder: nil))
    let limits = try MachineLimits.measured(.f64, threads: threads, on: engine)
    #expect(limits.threads == threads && limits.scalarType == .f64)
    #expect(limits.operationsPerSecond > 1e8 && limits.operationsPerSecond < 1e14)
    #expect(limits.bytesPerSecond > 1e8 && limits.bytesPerSecond < 1e13)
    #expect(limits.arrayByteCount <= 16 << 20 && limits.arrayByteCount > 15 << 20)
    #expect(limits.matrixExtent.isMultiple(of: 64) && limits.matrixExtent > 0)
    #expect(throws: Diagnostic.self) { try MachineLimits.measured(.i32, threads: 1) }
    #expect(throws: Diagnostic.self) { try MachineLimits.measured(.f32, threads: 0) }
  }
}
