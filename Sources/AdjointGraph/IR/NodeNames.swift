/// Finds nodes by the names and numbers that they have in a file.
struct NodeNames {
  private var named: [String: Int] = [:]
  /// The nodes of small numbers, plus one; 0 for numbers that no node has.
  ///
  /// Most nodes have numbers, in order, and are found without hashing a text.
  private var numbered: [UInt32] = []
  private var count = 0

  subscript(name: String) -> Int? {
    get {
      guard let number = Self.number(name) else { return named[name] }
      guard number < numbered.count, numbered[number] > 0 else { return named[name] }
      return Int(numbered[number]) - 1
    }
    set {
      count += 1
      // No more memory than a few times that of the nodes, whatever numbers the file has.
      guard let node = newValue, let number = Self.number(name), number < 2 * count + 1024 else {
        named[name] = newValue
        return
      }
      while numbered.count <= number { numbered.append(0) }
      numbered[number] = UInt32(truncatingIfNeeded: node + 1)
    }
  }

  /// The number that a name is, as it prints.
  private static func number(_ name: String) -> Int? {
    var number = 0
    var digits = 0
    for byte in name.utf8 {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 10,
        number > 0 || digits == 0
      else { return nil }
      number = 10 * number + Int(byte - UInt8(ascii: "0"))
      digits += 1
    }
    return digits > 0 ? number : nil
  }
}
