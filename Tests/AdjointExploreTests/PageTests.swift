import Adjoint
import AdjointCore
import AdjointExplore
import Foundation
import Testing

/// A page is one file, and texts of a graph are never anything else in it.
@Suite("The page") struct PageTests {
  /// What ends an element, begins a comment or a line, or quotes.
  static let hostile = [
    "</script>", "<!--", "-->", "<script>alert(1)</script>", "]]>", "\u{2028}\u{2029}", "\"'`",
    "&lt;&amp;", "\\u003c", "\u{0}\n\r\t", "</title><img src=x onerror=alert(1)>", "%s${1}",
  ]

  private func page(_ data: ExplorationData) throws -> String { try Exploration(data).html() }

  /// The JSON between the tags.
  private func json(in page: String) throws -> String {
    let begin = try #require(page.range(of: "<script type=\"application/json\" id=\"data\">"))
    let rest = page[begin.upperBound...]
    let end = try #require(rest.range(of: "</script>"))
    return String(rest[..<end.lowerBound])
  }

  private func tags(_ page: String) -> Int {
    page.components(separatedBy: "<script").count + page.components(separatedBy: "</script").count
      + page.components(separatedBy: "<!--").count
  }

  @Test("escapes whatever texts hold, and they come out again as they were")
  func hostileTexts() throws {
    var data = ExplorationData()
    let plain = try page(data)
    data.title = Self.hostile.joined()
    data.strings = Self.hostile
    data.dimensions = Self.hostile
    let page = try page(data)
    #expect(tags(page) == tags(plain))
    let json = try json(in: page)
    for character in ["<", ">", "&", "\u{2028}", "\u{2029}"] { #expect(!json.contains(character)) }
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["strings"] as? [String] == Self.hostile)
    #expect(object?["title"] as? String == Self.hostile.joined())
    let begin = try #require(page.range(of: "<title>"))
    let end = try #require(page.range(of: "</title>"))
    let title = page[begin.upperBound..<end.lowerBound]
    #expect(!title.contains("<") && title.contains("&lt;/script&gt;"))
  }

  @Test("takes what a file may say of its nodes for text")
  func hostileFile() throws {
    let name = "<!--<script>"
    let graph = try Graph(
      text: """
        adjoint 1
        graph hostile {
          input %x: f32[4]
          %y = tanh(%x) : f32[4] @adjoint(node = "</script><script>alert(1)</script>", rule = "\(name)")
          output y = %y
        }
        """, file: "</script>.graph")
    let page = try Exploration(of: graph).html()
    #expect(tags(page) == tags(try self.page(ExplorationData())))
    let json = try json(in: page)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let strings = try #require(object?["strings"] as? [String])
    #expect(strings.contains("</script>.graph"))
    #expect(
      strings.contains { $0.contains("%</script><script>alert(1)</script>") && $0.contains(name) })
  }

  @Test("loads nothing")
  func loadsNothing() throws {
    let page = try page(ExplorationData())
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    for address in [
      "http://", "https://", "src=", "href=", "@import", "url(", "fetch(", "innerHTML",
    ] {
      #expect(!page.contains(address), "\(address)")
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test("has what the data says, by the same numbers")
  func encoding() throws {
    let graph = try Graph(text: ExplorationDataTests.text, file: "layer.graph")
    let exploration = try Exploration(of: graph, ExplorationDataTests.options)
    let object =
      try JSONSerialization.jsonObject(
        with: Data(json(in: exploration.html()).utf8)) as? [String: Any]
    let source = try #require(object?["source"] as? [String: Any])
    #expect(source["names"] as? [Int] == exploration.data.source.names)
    #expect(source["operands"] as? [[[Int]]] == exploration.data.source.operands)
    #expect(source["roles"] as? [Int] == exploration.data.source.roles.map(\.rawValue))
    let lines = try #require(source["lines"] as? [Any])
    #expect(lines.count == exploration.data.source.count)
    let buffers = try #require(object?["buffers"] as? [String: Any])
    #expect(buffers["offsets"] as? [Int] == Array(exploration.data.buffers.offsets))
    #expect(object?["profile"] == nil)
  }

  @Test("of thousands of nodes is of some megabytes")
  func size() throws {
    let builder = GraphBuilder("long")
    let x = builder.input("x", .f32, [64])
    var y = x
    for layer in 0..<1500 {
      let w = builder.parameter("w\(layer)", .f32, [64])
      y = tanh(y * w)
    }
    builder.output("loss", y.sum())
    let graph = try builder.build().differentiated(
      "loss", withRespectTo: (0..<1500).map { "w\($0)" })
    #expect(graph.nodeCount > 10_000)
    let exploration = try Exploration(of: graph)
    exploration.data.expectConsistent()
    #expect(try exploration.html().utf8.count < 8 << 20)
  }

  @Test("is written whole, or its file is refused")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let graph = try Graph(text: ExplorationDataTests.text, file: "layer.graph")
    let exploration = try Exploration(of: graph, ExplorationDataTests.options)
    let path = folder.appendingPathComponent("page.html").path
    try exploration.write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == exploration.html())
    let error = #expect(throws: Diagnostic.self) {
      try exploration.write(to: "no/such/folder/p.html")
    }
    #expect(error?.code == .inputOutput)
  }
}
