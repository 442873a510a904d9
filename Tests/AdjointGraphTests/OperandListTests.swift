import AdjointGraph
import Testing

@Suite struct OperandListTests {
  private let some = [
    ValueID(node: 0), ValueID(node: 7, result: 3), ValueID(node: -1), ValueID(node: .max),
    ValueID(node: 1 << 43, result: 1), ValueID(node: 5, result: 1 << 20),
    ValueID(node: 2, result: -4),
    ValueID(node: 1 << 43 - 1, result: 1 << 20 - 1),
  ]

  @Test func holdsWhatItIsGiven() {
    for count in 0...4 {
      for first in some.indices {
        let values = (0..<count).map { some[(first + $0) % some.count] }
        let list = OperandList(values)
        #expect(Array(list) == values)
        #expect(list.count == count)
        #expect(list == OperandList(values))
      }
    }
    #expect(OperandList([some[0], some[1]]) != OperandList([some[1], some[0]]))
    #expect(OperandList([some[0]]) != OperandList([some[0], some[0]]))
  }

  @Test func anyOperandCanBeReplacedByAny() {
    for count in 1...3 {
      for place in 0..<count {
        for old in some {
          for new in some {
            var values = Array(repeating: old, count: count)
            var list = OperandList(values)
            values[place] = new
            list[place] = new
            #expect(Array(list) == values)
            #expect(list == OperandList(values))
          }
        }
      }
    }
  }
}
