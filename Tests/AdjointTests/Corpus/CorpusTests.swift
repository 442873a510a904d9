import Adjoint
import Foundation
import TestSupport
import Testing

/// Functions whose values and derivatives come from elsewhere: Tests/Corpus/README.md.
@Suite("Corpus of independent values")
struct CorpusTests {
  private static let batchSize = 48
  private static let corpus = Result { try CorpusFunction.all() }
  private static let bounds = Result { try CorpusBound.all() }
  static let batches = 0..<(((try? corpus.get()) ?? []).count / batchSize + 1)

  @Test func isLarge() throws {
    let functions = try Self.corpus.get()
    #expect(functions.count >= 1_000)
    #expect(Set(functions.map { "\($0.family) \($0.name)" }).count == functions.count)
    #expect(Set(functions.map(\.statements)).count >= 1_000)
    for function in functions { #expect(!function.points.isEmpty, "\(function.name)") }
  }

  /// Every function on one back end, and by one of the ways to its second order; where random sets are
  /// full, on both and by all three.
  @Test("values, VJPs, JVPs and second order agree", arguments: batches)
  func agrees(batch: Int) throws {
    let functions = try Self.corpus.get()
    // A batch has functions of every family, so that all take about as long.
    let members = stride(from: batch, to: functions.count, by: Self.batches.count).map {
      functions[$0]
    }
    let soaks = RandomSets.areFull
    let backends: [Backend] =
      soaks ? [.generated, .portable] : [batch % 2 == 0 ? .generated : .portable]
    for backend in backends {
      for turn in 0..<(soaks ? Self.orderCount : 1) {
        let batch = try Self.batch(members, backend, turn: batch + turn)
        for miss in try batch.misses(allowing: Self.bounds.get()) { Issue.record("\(miss)") }
      }
    }
  }

  private static let orderCount = CorpusDerivatives.Order.allCases.count

  private static func batch(
    _ members: [CorpusFunction], _ backend: Backend, turn: Int
  ) throws -> CorpusBatch {
    try CorpusBatch(members, backend: backend) { index in
      CorpusDerivatives.Order(rawValue: (index + turn) % orderCount) ?? .forwardOverReverse
    }
  }

  /// A bound is for what misses without it on some back end, by some way to the second order.
  @Test("no bound is there without need")
  func needsBounds() throws {
    let bounds = try Self.bounds.get()
    let names = Set(bounds.keys.map { $0.prefix { $0 != "[" } })
    let members = try Self.corpus.get().filter { names.contains($0.name[...]) }
    var missed: Set<String> = []
    for backend in [Backend.generated, .portable] {
      for turn in 0..<Self.orderCount {
        missed.formUnion(try Self.batch(members, backend, turn: turn).misses().map(\.place))
      }
    }
    for (place, bound) in bounds where !missed.contains(place) {
      Issue.record("\(place) is right: take its line out of bounds.txt (\(bound.reason))")
    }
  }

  @Test("a bound has a number and a reason, and stands once")
  func readsBounds() throws {
    let read = try CorpusBound.read("// said once\nf[2] vjp within 3e-17 = it cancels\n")
    #expect(read["f[2] vjp"]?.bound == 3e-17 && read["f[2] vjp"]?.reason == "it cancels")
    for line in [
      "f[2] vjp", "f[2] vjp within 1 =", "f[2] vjp within x = y", "f[2] vjp within -1 = y",
      "f[2] vjp within 1 = y\nf[2] vjp within 2 = y",
    ] {
      #expect(throws: CorpusFunction.Malformed.self) { try CorpusBound.read(line) }
    }
  }
}
