/// The looks that all charts share.
enum ChartStyle {
  static let background = "#ffffff"
  static let gridLine = "#e6e8eb"
  static let axisLine = "#9aa0a6"
  static let text = "#202124"
  static let mutedText = "#5f6368"
  static let titleSize = 17.0
  static let labelSize = 13.0
  static let tickSize = 12.0

  /// The colour of a series; told apart by people who do not tell red from green
  /// (after Okabe and Ito, "Color Universal Design", 2008).
  static func colour(_ index: Int) -> String {
    let colours = [
      "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6f4e9b", "#4d4d4d",
    ]
    return colours[index % colours.count]
  }

  /// One row of coloured squares and names, wrapped where it is too wide; returns its height.
  static func drawLegend(
    _ names: [String], in document: inout SVGDocument, x: Double, y: Double, width: Double
  ) -> Double {
    var left = x
    var top = y
    for (index, name) in names.enumerated() {
      let space = 18 + SVGDocument.estimatedWidth(of: name, size: labelSize) + 18
      if left > x, left + space > x + width {
        left = x
        top += 20
      }
      document.rectangle(
        x: left, y: top - 10, width: 12, height: 12, fill: colour(index), radius: 3)
      document.text(name, x: left + 18, y: top, size: labelSize, fill: text)
      left += space
    }
    return top - y + 20
  }
}
