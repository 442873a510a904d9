import Adjoint
import AdjointTraining

/// Examples with their predicted classes, those that are square images as pictures of characters,
/// several side by side.
struct ExampleGallery {
  private let data: Dataset
  private let predicted: [Int]
  private let labelled: [Int]?

  /// The columns of text that pictures side by side may take.
  private static let columnCount = 100
  private static let gap = 3
  private static let shades = Array(" .:-=+*#%@")

  init(_ data: Dataset, predicted: [Int], labelled: [Int]?) {
    self.data = data
    self.predicted = predicted
    self.labelled = labelled
  }

  var text: String {
    let cells = predicted.indices.map(cell)
    let width = cells.joined().map(\.count).max() ?? 0
    let perRow = max(1, (Self.columnCount + Self.gap) / (width + Self.gap))
    var text = ""
    for first in stride(from: 0, to: cells.count, by: perRow) {
      let row = cells[first..<min(first + perRow, cells.count)]
      for line in 0..<(row.map(\.count).max() ?? 0) {
        var joined = ""
        for cell in row {
          joined += cell[line] + String(repeating: " ", count: width + Self.gap - cell[line].count)
        }
        while joined.last == " " { joined.removeLast() }
        text += joined + "\n"
      }
      text += "\n"
    }
    return text
  }

  /// The lines of one example, as many for each.
  private func cell(_ index: Int) -> [String] {
    var caption = ["predicted \(name(predicted[index]))"]
    if let label = labelled?[index] {
      caption.append("label \(name(label))\(predicted[index] == label ? "" : ", wrong")")
    }
    return picture(index) + caption
  }

  /// The name of a class, or its number where it has none.
  private func name(_ number: Int) -> String {
    guard let names = data.classNames, names.indices.contains(number) else { return "\(number)" }
    return names[number]
  }

  private func picture(_ index: Int) -> [String] {
    guard let (height, width) = imageExtents else { return [] }
    let size = height * width
    let pixels = data.features.floats[index * size..<(index + 1) * size].map { Double($0) }
    let low = min(pixels.min() ?? 0, 0)
    let high = pixels.max() ?? 1
    // A character is about twice as high as it is wide.
    let isDoubled = width <= 16
    let rowsPerLine = isDoubled ? 1 : 2
    return stride(from: 0, to: height, by: rowsPerLine).map { top in
      var line = ""
      for column in 0..<width {
        let rows = top..<min(top + rowsPerLine, height)
        let mean = rows.reduce(0) { $0 + pixels[$1 * width + column] } / Double(rows.count)
        let level = high > low ? (mean - low) / (high - low) : 0
        let place = Int(clampedConversion: level * Double(Self.shades.count))
        let shade = Self.shades[min(max(place, 0), Self.shades.count - 1)]
        line += String(repeating: shade, count: isDoubled ? 2 : 1)
      }
      return line
    }
  }

  /// Height and width of the images; nil where the examples are none, or too wide to show.
  private var imageExtents: (height: Int, width: Int)? {
    let extents = data.features.extents
    if extents.count == 3, extents[1] > 0, 1...Self.columnCount ~= extents[2] {
      return (extents[1], extents[2])
    }
    let count = extents.dropFirst().reduce(1, *)
    let side = Int(Double(count).squareRoot().rounded())
    return side > 1 && side * side == count && side <= Self.columnCount ? (side, side) : nil
  }
}
