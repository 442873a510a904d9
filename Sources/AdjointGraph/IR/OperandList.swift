/// The values that a node reads, in order.
///
/// Most nodes read one or two: those need no memory of their own, which is what lets a graph of a
/// million nodes be rewritten at the speed of copying it.
package struct OperandList: Hashable, Sendable {
  /// The first two operands, each in one word, where there are no more.
  private var first = Self.absent
  private var second = Self.absent
  /// All operands, where there are more than two or one does not fit into a word.
  private var all: [ValueID]?

  private static let absent = UInt64.max
  /// The bits of a word that hold the number of the result; the others hold that of the node.
  private static let resultBits: UInt64 = 20

  package init() {}

  package init(_ operands: some Collection<ValueID>) {
    var words = (Self.absent, Self.absent)
    var fits = operands.count <= 2
    for (place, operand) in operands.enumerated() where fits {
      guard let word = Self.word(operand) else {
        fits = false
        continue
      }
      if place == 0 { words.0 = word } else { words.1 = word }
    }
    if fits { (first, second) = words } else { all = Array(operands) }
  }

  private static func word(_ value: ValueID) -> UInt64? {
    guard value.node >= 0, value.node < 1 << 43, value.result >= 0, value.result < 1 << resultBits
    else { return nil }
    return UInt64(value.node) << resultBits | UInt64(value.result)
  }

  private static func value(_ word: UInt64) -> ValueID {
    ValueID(
      node: Int(word >> resultBits), result: Int(word & (1 << resultBits - 1)))
  }

  /// Puts another value in the place of each operand.
  package mutating func replaceEach(by replacement: (ValueID) -> ValueID) {
    if all != nil {
      for place in indices { self[place] = replacement(self[place]) }
    } else if first != Self.absent {
      let one = Self.word(replacement(Self.value(first)))
      let other =
        second == Self.absent ? Self.absent : Self.word(replacement(Self.value(second)))
      if let one, let other {
        (first, second) = (one, other)
      } else {
        self = OperandList(map(replacement))
      }
    }
  }

  /// The hash of a node that reads these operands, from that of its operator.
  func hash(after seed: Int) -> UInt64 {
    var hash = UInt64(bitPattern: Int64(seed))
    func mix(_ word: UInt64) {
      // The multiplier of a 64-bit MurmurHash2: odd, and its bits look random.
      hash = (hash ^ word) &* 0xc6a4_a793_5bd1_e995
      hash ^= hash >> 32
    }
    if let all {
      for value in all { mix(Self.word(value) ?? Self.absent) }
    } else {
      mix(first)
      mix(second)
    }
    return hash
  }
}

extension OperandList: RandomAccessCollection, MutableCollection {
  package var startIndex: Int { 0 }

  package var endIndex: Int {
    if let all { return all.count }
    return first == Self.absent ? 0 : second == Self.absent ? 1 : 2
  }

  package subscript(place: Int) -> ValueID {
    get {
      if let all { return all[place] }
      precondition(place >= 0 && place < endIndex, "a node has no such operand")
      return Self.value(place == 0 ? first : second)
    }
    set {
      if all == nil, let word = Self.word(newValue) {
        precondition(place >= 0 && place < endIndex, "a node has no such operand")
        if place == 0 { first = word } else { second = word }
      } else {
        var values = Array(self)
        values[place] = newValue
        self = OperandList(values)
      }
    }
  }
}

extension OperandList: ExpressibleByArrayLiteral {
  package init(arrayLiteral operands: ValueID...) { self.init(operands) }
}
