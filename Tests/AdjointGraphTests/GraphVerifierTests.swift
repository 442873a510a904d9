import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite struct GraphVerifierTests {
  private static let pair = TensorType(.f64, [2])

  private func input(_ name: String?, _ type: TensorType = pair) -> Node {
    Node(kind: .input, operands: [], resultTypes: [type], name: name)
  }

  private func tanh(_ operand: ValueID, _ type: TensorType = pair, name: String? = nil) -> Node {
    Node(kind: .operation(Tanh()), operands: [operand], resultTypes: [type], name: name)
  }

  private func notes(
    _ nodes: [Node], outputs: [Graph.Output] = [Graph.Output(name: "y", value: ValueID(node: 0))],
    updates: [Graph.Update] = [], name: String = "g"
  ) -> [String] {
    do {
      try GraphVerifier.verify(Graph(name: name, nodes: nodes, outputs: outputs, updates: updates))
      return []
    } catch {
      #expect(error.code == .invalidGraph)
      return error.notes
    }
  }

  @Test func acceptsAValidGraph() {
    #expect(notes([input("x"), tanh(ValueID(node: 0))]) == [])
  }

  @Test func operands() {
    #expect(
      notes([input("x"), tanh(ValueID(node: 2), name: "a"), tanh(ValueID(node: 1))]) == [
        "%a = tanh: it uses %0 before its definition; a graph cannot have a cycle"
      ])
    #expect(notes([input("x"), tanh(ValueID(node: 1))])[0].contains("cycle"))
    #expect(notes([input("x"), tanh(ValueID(node: 9))])[0].contains("does not exist"))
    #expect(notes([input("x"), tanh(ValueID(node: -1))])[0].contains("does not exist"))
    #expect(
      notes([input("x"), tanh(ValueID(node: 0, result: 1))]) == [
        "%0 = tanh: it uses the result 1 of %x, which has none"
      ])
  }

  @Test func types() {
    let other = TensorType(.f64, [3])
    #expect(
      notes([input("x"), tanh(ValueID(node: 0), other)]) == [
        "%0 = tanh: its types are [f64[3]], the operator gives [f64[2]]"
      ])
    #expect(notes([input("x", TensorType(.f64, [-1]))])[0].contains("zero or more"))
    #expect(notes([input("x", TensorType(.f64, ["a b"]))])[0].contains("'a b'"))
    #expect(notes([input("x", TensorType(.f64, ["inf"]))])[0].contains("'inf'"))
    #expect(
      notes([input("x", TensorType(.i32, [2])), tanh(ValueID(node: 0))])[0].contains("f32 or f64"))
  }

  @Test func names() {
    #expect(
      notes([input("x"), input("x")]) == [
        "%x = input: the graph has a node %x already; choose another name"
      ])
    #expect(notes([input("a b")])[0].contains("'a b'"))
    #expect(notes([input("")])[0].contains("letters"))
    #expect(notes([input(nil)])[0].contains("needs a name"))
    #expect(notes([input("x")], name: "1")[0].contains("the name of the graph"))
    #expect(
      notes([input(String(repeating: "a", count: 300))])[0].contains("at most 256"))
  }

  @Test func sources() throws {
    let broken = Node(
      kind: .input, operands: [ValueID(node: 0)], resultTypes: [Self.pair, Self.pair], name: "z")
    #expect(notes([input("x"), broken]).count == 2)
    let literal = Node(
      kind: .parameter(.literal(try Tensor([1.0]))), operands: [], resultTypes: [Self.pair],
      name: "w")
    #expect(
      notes([literal]) == ["%w = parameter: the initial value is f64[1], the parameter is f64[2]"])
  }

  @Test func outputs() {
    #expect(notes([input("x")], outputs: []) == ["the graph g computes nothing; declare an output"])
    #expect(
      notes([input("x")], outputs: [Graph.Output(name: "y", value: ValueID(node: 1))]) == [
        "the output y is a value that does not exist"
      ])
    let twice = Array(repeating: Graph.Output(name: "y", value: ValueID(node: 0)), count: 2)
    #expect(
      notes([input("x")], outputs: twice) == [
        "the graph has an output y already; choose another name"
      ])
  }

  @Test func updates() {
    let w = Node(kind: .parameter(.zeros), operands: [], resultTypes: [Self.pair], name: "w")
    let nodes = [input("x"), w, input("i", TensorType(.i32, [2]))]
    func update(_ parameter: Int, _ value: Int) -> Graph.Update {
      Graph.Update(parameter: parameter, value: ValueID(node: value))
    }
    #expect(notes(nodes, updates: [update(1, 0)]) == [])
    #expect(notes(nodes, updates: [update(0, 0)])[0].contains("is none"))
    #expect(notes(nodes, updates: [update(7, 0)])[0].contains("is none"))
    #expect(notes(nodes, updates: [update(1, 0), update(1, 0)])[0].contains("update already"))
    #expect(notes(nodes, updates: [update(1, 8)])[0].contains("does not exist"))
    #expect(
      notes(nodes, updates: [update(1, 2)]) == [
        "%w = parameter: update: the parameter %w is f64[2], its next value is i32[2]"
      ])
  }

  @Test func everyOffenderIsListedOrCounted() {
    let nodes = (0..<70).map { _ in input("x") }
    let notes = notes(nodes)
    #expect(notes.count == 51)
    #expect(notes.last == "and 19 more")
  }
}
