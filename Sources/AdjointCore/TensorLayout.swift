/// How the elements of a tensor are set out as nested lists.
package struct TensorLayout: Sendable {
  /// Between elements, and without its spaces between lists.
  package var separator: String
  /// Stands for the positions of an axis that are left out.
  package var ellipsis: String
  /// Tensors of more elements leave out all but the first and last three positions of long axes.
  package var threshold: Int
  /// Where lines of elements are broken, nil for nowhere.
  package var lineWidth: Int?
  /// Whether blank lines stand between matrices.
  package var separatesMatrices: Bool
  /// The spaces in front of every line but the first.
  package var indentation: Int

  package init(
    separator: String, ellipsis: String, threshold: Int, lineWidth: Int? = nil,
    separatesMatrices: Bool = false, indentation: Int = 0
  ) {
    self.separator = separator
    self.ellipsis = ellipsis
    self.threshold = threshold
    self.lineWidth = lineWidth
    self.separatesMatrices = separatesMatrices
    self.indentation = indentation
  }

  private static let edge = 3

  /// The positions of an axis that are shown, nil for those left out.
  private func positions(_ extent: Int, _ shortens: Bool) -> [Int?] {
    guard shortens, extent > 2 * Self.edge else { return Array(0..<extent) }
    return Array(0..<Self.edge) + [nil] + Array((extent - Self.edge)..<extent)
  }

  /// The places in row-major order of the elements that are shown.
  func shownPlaces(_ extents: [Int]) -> [Int] {
    let shortens = extents.reduce(1, *) > threshold
    return extents.reduce([0]) { places, extent in
      let shown = positions(extent, shortens).compactMap(\.self)
      return places.flatMap { place in shown.map { place * extent + $0 } }
    }
  }

  /// The text of a tensor of one axis or more.
  ///
  /// - Parameter word: The element at a place in row-major order.
  package func text(_ extents: [Int], _ word: (Int) -> String) -> String {
    guard !extents.isEmpty else { return word(0) }
    let count = extents.reduce(1, *)
    return list(
      extents[...], from: 0, count: count, shortens: count > threshold,
      margin: String(repeating: " ", count: indentation + 1), width: lineWidth, word)
  }

  private func list(
    _ extents: ArraySlice<Int>, from start: Int, count: Int, shortens: Bool, margin: String,
    width: Int?, _ word: (Int) -> String
  ) -> String {
    guard let extent = extents.first, extent > 0 else { return "[]" }
    let inner = count / extent
    let shown = positions(extent, shortens)
    guard extents.count > 1 else {
      let words = shown.map { $0.map { word(start + $0) } ?? ellipsis }
      return "[" + line(words, margin: margin, width: width) + "]"
    }
    let items = shown.map { position in
      guard let position else { return ellipsis }
      return list(
        extents.dropFirst(), from: start + position * inner, count: inner, shortens: shortens,
        margin: margin + " ", width: width.map { $0 - 1 }, word)
    }
    let breaks = String(repeating: "\n", count: separatesMatrices ? extents.count - 1 : 1)
    let comma = String(separator.prefix { $0 != " " })
    return "[" + items.joined(separator: comma + breaks + margin) + "]"
  }

  /// Elements beside each other, broken into lines.
  private func line(_ words: [String], margin: String, width: Int?) -> String {
    guard let width else { return words.joined(separator: separator) }
    var text = ""
    var line = margin
    for (place, word) in words.enumerated() {
      if line.utf8.count > margin.utf8.count, line.utf8.count + word.utf8.count > width - 1 {
        while line.last == " " { line.removeLast() }
        text += line + "\n"
        line = margin
      }
      line += word
      if place < words.count - 1 { line += separator }
    }
    return String((text + line).dropFirst(margin.utf8.count))
  }
}
