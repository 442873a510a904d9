import AdjointGraph
import AdjointOperators
import Foundation
import Testing

/// README.md promises that only the rewrites it lists change more than rounding; `RewriteTests` holds each rewrite to
/// what it says of itself, and this the list to that.
@Suite("README's list of rewrites that change more than rounding")
struct ListedRewriteTests {
  private static let all: [(mnemonic: String, rewrite: Rewrite)] =
    StandardRewrites.all.map { ($0.root?.mnemonic ?? "", $0) }

  /// The points of the list, each in one line.
  private static func points() throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "Only these may change more"))
    let lines = readme[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
    var points: [String] = []
    for line in lines.drop(while: { !$0.hasPrefix("- ") }).prefix(while: { !$0.isEmpty }) {
      if line.hasPrefix("- ") {
        points.append(String(line.dropFirst(2)))
      } else if let last = points.indices.last {
        points[last] += " " + line.trimmingCharacters(in: .whitespaces)
      }
    }
    return points
  }

  @Test("names every one that is no stable form, and no other")
  func names() throws {
    // Between a pair of quotes is every second part.
    let quoted = try Self.points().flatMap { point in
      point.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
    let listed = quoted.filter { $0.contains("→") }
    let declared = Self.all.map(\.rewrite).filter {
      $0.change == .range && $0.family != .stableForm
    }
    #expect(Set(listed) == Set(declared.map(\.name)))
    #expect(Set(listed).count == listed.count)
    #expect(!listed.isEmpty)
  }

  @Test("has the stable forms as a family, which is there to change more")
  func stableForms() throws {
    let points = try Self.points()
    #expect(points.first?.hasPrefix("every stable form") == true)
    for (mnemonic, rewrite) in Self.all where rewrite.family == .stableForm {
      #expect(rewrite.change == .range, "\(mnemonic): \(rewrite.name)")
    }
  }

  @Test("names the functions that are saturated")
  func saturated() throws {
    let point = try #require(try Self.points().first { $0.contains(" of a polynomial") })
    let end = try #require(point.range(of: " of a polynomial"))
    let listed = point[..<end.lowerBound].replacing(" or ", with: ", ").split(separator: ", ")
    let declared = Self.all.filter { $0.rewrite.name.contains("(p(x)) → ") }.map(\.mnemonic)
    #expect(Set(listed.map(String.init)) == Set(declared))
  }
}
