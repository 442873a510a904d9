/// Texts, each once and by number.
struct StringTable {
  private(set) var strings: [String] = []
  private var numbers: [String: Int] = [:]

  /// The number of a text.
  mutating func callAsFunction(_ text: String) -> Int {
    if let number = numbers[text] { return number }
    numbers[text] = strings.count
    strings.append(text)
    return strings.count - 1
  }
}
