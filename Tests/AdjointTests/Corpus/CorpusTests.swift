import Adjoint
import Foundation
import TestSupport
import Testing

/// Functions whose values and derivatives come from elsewhere: Tests/Corpus/README.md.
@Suite("Corpus of independent values")
struct CorpusTests {
  private static let batchSize = 48
  private static let corpus = Result { try CorpusFunction.all() }
  /// What is known to be wrong and is being mended.
  private static let pending = Result {
    try Set(
      String(
        contentsOf: CorpusFunction.folder.appendingPathComponent("pending.txt"), encoding: .utf8
      )
      .split(separator: "\n").map(String.init))
  }
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
      for turn in 0..<(soaks ? CorpusDerivatives.Order.allCases.count : 1) {
        let misses = try CorpusBatch(members, backend: backend) { index in
          CorpusDerivatives.Order(rawValue: (index + batch + turn) % 3) ?? .forwardOverReverse
        }.misses()
        for miss in misses {
          if try Self.pending.get().contains(miss.place) {
            withKnownIssue { Issue.record("\(miss)") }
          } else {
            Issue.record("\(miss)")
          }
        }
      }
    }
  }
}
