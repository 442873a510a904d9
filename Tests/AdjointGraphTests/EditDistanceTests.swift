import AdjointGraph
import Testing

@Suite struct EditDistanceTests {
  @Test func distances() {
    #expect(EditDistance.between("tanh", "tanh") == 0)
    #expect(EditDistance.between("tahn", "tanh") == 1)
    #expect(EditDistance.between("tan", "tanh") == 1)
    #expect(EditDistance.between("sitting", "kitten") == 3)
    #expect(EditDistance.between("", "abc") == 3)
  }

  @Test func nearest() {
    let words = ["add", "multiply", "reduce_sum", "tan", "tanh"]
    #expect(EditDistance.nearest(to: "tahn", among: words) == "tanh")
    #expect(EditDistance.nearest(to: "reducesum", among: words) == "reduce_sum")
    #expect(EditDistance.nearest(to: "convolution", among: words) == nil)
    #expect(EditDistance.nearest(to: "x", among: []) == nil)
  }
}
