extension Tensor: CustomStringConvertible {
  /// The elements as nested lists in columns, as NumPy prints an array.
  ///
  /// Numbers have at most eight digits behind the point; `summary(indentation:)` has all of them.
  /// Beyond 1,000 elements, axes of more than six positions show the first and last three, with `...`
  /// between them. Lines end before column 75. Other than in NumPy, truth values are `true` and `false`.
  public var description: String {
    if extents.isEmpty { return scalarText }
    if count == 0 { return "[]" }
    let layout = TensorLayout(
      separator: " ", ellipsis: "...", threshold: 1000, lineWidth: 75, separatesMatrices: true)
    let places = layout.shownPlaces(extents)
    func text<Element>(_ elements: [Element], _ words: ([Element]) -> [String]) -> String {
      let words = words(places.map { elements[$0] })
      let byPlace = Dictionary(uniqueKeysWithValues: zip(places, words))
      return layout.text(extents) { byPlace[$0] ?? "" }
    }
    return switch storage {
    case .f32(let elements):
      text(elements) { Self.column($0.map { NumberColumn.Number($0) }, isFloat: true) }
    case .f64(let elements):
      text(elements) { Self.column($0.map { NumberColumn.Number($0) }, isFloat: false) }
    case .i32(let elements): text(elements, Self.column)
    case .i64(let elements): text(elements, Self.column)
    case .u8(let elements): text(elements, Self.column)
    case .bool(let elements): text(elements) { $0.map { $0 ? " true" : "false" } }
    }
  }

  private var scalarText: String {
    switch storage {
    case .f32(let elements): NumberColumn.scalar(NumberColumn.Number(elements[0]), isFloat: true)
    case .f64(let elements): NumberColumn.scalar(NumberColumn.Number(elements[0]), isFloat: false)
    case .i32(let elements): String(elements[0])
    case .i64(let elements): String(elements[0])
    case .u8(let elements): String(elements[0])
    case .bool(let elements): String(elements[0])
    }
  }

  private static func column(_ numbers: [NumberColumn.Number], isFloat: Bool) -> [String] {
    let column = NumberColumn(numbers, isFloat: isFloat)
    return numbers.map(column.text)
  }

  private static func column<Integer: FixedWidthInteger>(_ numbers: [Integer]) -> [String] {
    let words = numbers.map { String($0) }
    let width = words.map(\.utf8.count).max() ?? 0
    return words.map { $0.padded(toWidth: width) }
  }
}
