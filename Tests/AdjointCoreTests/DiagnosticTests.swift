import AdjointCore
import Testing

@Suite struct DiagnosticTests {
  @Test func textHasPlaceMessageNodeCodeAndNotes() {
    let error = Diagnostic(
      .shapeMismatch, "[2] and [3] do not go together; reshape one", node: "sum_1",
      location: SourceLocation(file: "a.graph", line: 3, column: 7), notes: ["x", "y"])
    #expect(
      error.description
        == """
        a.graph:3:7: [2] and [3] do not go together; reshape one (at sum_1) [shape-mismatch]
          - x
          - y
        """)
    #expect(Diagnostic(.syntax, "empty").description == "empty [syntax]")
  }

  @Test func charactersThatSteerATerminalAreSpelledOut() {
    let error = Diagnostic(
      .syntax, "\u{1b}[2J\0 is no number, ∂y/∂x₁ is fine", node: "a\nb",
      location: SourceLocation(file: "a\r.graph"), notes: ["\u{202e}x"])
    #expect(
      error.description
        == #"""
        a\u{d}.graph: \u{1b}[2J\u{0} is no number, ∂y/∂x₁ is fine (at a\u{a}b) [syntax]
          - \u{202e}x
        """#)
  }

  @Test func placesPrintWhatIsKnown() {
    #expect(SourceLocation(file: "a").description == "a")
    #expect(SourceLocation(file: "a", line: 2).description == "a:2")
    #expect(SourceLocation(file: "a", line: 2, column: 5).description == "a:2:5")
  }

  @Test func theFirstPlaceAndNodeStay() {
    let error = Diagnostic(.syntax, "m").located(at: SourceLocation(file: "a")).at(node: "n")
    #expect(error.location?.file == "a")
    #expect(error.located(at: SourceLocation(file: "b")).location?.file == "a")
    #expect(error.located(at: nil).location?.file == "a")
    #expect(error.at(node: "o").node == "n")
  }
}
