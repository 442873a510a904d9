import AdjointCore

/// Which rewrites a pass applied where, in the order in which it did.
package final class RewriteLog {
  /// A rewrite of one node.
  package struct Firing: Hashable, Sendable {
    /// The rewrite, in symbols.
    package let rewrite: String
    /// The name of the graph or the function that has the node.
    package let graph: String
    /// What the node was called in print, before the pass.
    package let node: String
    /// Where the node was written.
    package let location: SourceLocation?
    /// What the value that took its place is called after the pass.
    package let replacement: String
  }

  package private(set) var firings: [Firing] = []

  package init() {}

  func append(_ firing: Firing) { firings.append(firing) }

  /// A line for each rewrite that was applied, in the order in which they first were: how often, and where.
  ///
  ///     x + 0 → x: 3 times, at %a (layer.graph:4) → %x, %b (layer.graph:9) → %x, %c (layer.graph:10) → %y
  ///
  /// - Parameters:
  ///   - main: The name of the graph; of nodes of its functions, that of the function is written as well.
  ///   - limit: How many places are listed; the others are counted.
  package func lines(in main: String, placesAtMost limit: Int) -> [String] {
    var byRewrite: [String: [Firing]] = [:]
    var order: [String] = []
    for firing in firings {
      if byRewrite[firing.rewrite] == nil { order.append(firing.rewrite) }
      byRewrite[firing.rewrite, default: []].append(firing)
    }
    return order.map { rewrite in
      let all = byRewrite[rewrite] ?? []
      var places = all.prefix(limit).map { $0.place(in: main) }.joined(separator: ", ")
      if all.count > limit { places += " and \(all.count - limit) more" }
      return "\(rewrite): \(all.count == 1 ? "once" : "\(all.count) times"), at \(places)"
    }
  }
}

extension RewriteLog.Firing {
  /// `%a (layer.graph:4) → %x`.
  fileprivate func place(in main: String) -> String {
    let owner = graph == main ? "" : "@\(graph) "
    let origin = location.map { " (\($0))" } ?? ""
    return "\(owner)%\(node)\(origin) → %\(replacement)"
  }
}
