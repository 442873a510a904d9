import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite struct DOTPrinterTests {
  @Test func goldenText() throws {
    let graph = try parsed(
      file(
        "input %x: f64[2]", "parameter %w: f64[2] = zeros",
        "%y = add(%x, %w) : f64[2]",
        "%0 = reduce_sum(%y) {axes = [0]} : f64[] @adjoint(node = \"a \\\"b\\\"\", rule = \"r\")",
        "output y = %y", "update %w = %x"))
    #expect(
      DOTPrinter.text(of: graph) == #"""
        digraph "g" {
          rankdir = TB;
          node [shape = box, style = "rounded,filled", fontname = "Helvetica", fontsize = 10];
          edge [color = "#606060", fontname = "Helvetica", fontsize = 8];
          n0 [label = "%x\nf64[2]", shape = ellipse, fillcolor = "#c6e5c3"];
          n1 [label = "%w\nzeros\nf64[2]", shape = cylinder, fillcolor = "#bfe3e6"];
          n2 [label = "%y = add\nf64[2]", shape = box, fillcolor = "#d6e4f5"];
          n0 -> n2;
          n1 -> n2;
          n3 [label = "%0 = reduce_sum\n{axes = [0]}\nf64[]\nadjoint of %a \"b\" (r)", shape = box, fillcolor = "#f6c9c0"];
          n2 -> n3;
          o0 [label = "y", shape = doubleoctagon, style = filled, fillcolor = "#fff2b3"];
          n2 -> o0;
          n0 -> n1 [style = dashed, constraint = false, label = "next"];
        }

        """#)
  }

  @Test func furtherResultsAndLongAttributes() throws {
    let list = Array(repeating: "1", count: 100).joined(separator: ", ")
    let graph = try GraphParser.parse(
      file(
        "input %x: f64[2]", "%y, %y#1 = twin(%x) : f64[2], i32[2]",
        "%z = annotated(%y#1) {a = [\(list)]} : f64[]", "output y = %z"),
      file: "g.graph", registry: .test)
    let text = DOTPrinter.text(of: graph)
    #expect(text.contains("n1 -> n2 [taillabel = \"#1\"];"))
    #expect(text.contains("…"))
    #expect(text.contains("f64[2], i32[2]"))
  }
}
