/// A chart of horizontal bars in groups as an SVG picture: one group for each benchmark case, one
/// bar in it for each system.
public struct BarChart: Hashable, Sendable {
  /// A group of bars.
  public struct Group: Hashable, Sendable {
    /// The name beside the group.
    public var name: String
    /// One value for each name of the legend; nil where there is none.
    public var values: [Double?]

    /// A group of bars; values that are not finite are shown as missing.
    public init(_ name: String, _ values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// The text above the chart.
  public var title: String
  /// What the bars' lengths show.
  public var valueLabel: String
  /// The names of the legend, one for each bar of a group.
  public var names: [String]
  /// The groups, from top to bottom.
  public var groups: [Group]
  /// The width of the picture in pixels, at least 320.
  public var width: Int

  /// A chart with its texts and bars.
  public init(
    title: String, valueLabel: String, names: [String], groups: [Group], width: Int = 800
  ) {
    self.title = title
    self.valueLabel = valueLabel
    self.names = names
    self.groups = groups
    self.width = width
  }

  /// The picture as the text of an SVG file.
  public func svg() -> String {
    let width = Double(max(width, 320))
    let names = names.isEmpty ? [""] : names
    let nameWidth =
      groups.map { SVGDocument.estimatedWidth(of: $0.name, size: ChartStyle.labelSize) }.max() ?? 0
    let left = 24 + min(nameWidth, width / 3) + 12
    let right = width - 96
    // The legend's height is known once it is drawn, so it is drawn twice.
    var trial = SVGDocument(width: width, height: 0)
    let legend =
      names.count > 1
      ? ChartStyle.drawLegend(names, in: &trial, x: 24, y: 56, width: width - 48) : 0
    let top = 48 + legend
    let groupHeight = Double(names.count) * 16 + 14
    let bottom = top + groupHeight * Double(groups.count)
    var document = SVGDocument(width: width, height: bottom + 58)
    document.rectangle(
      x: 0, y: 0, width: width, height: bottom + 58, fill: ChartStyle.background)
    document.text(
      title, x: 24, y: 30, size: ChartStyle.titleSize, fill: ChartStyle.text, isBold: true)
    if names.count > 1 {
      _ = ChartStyle.drawLegend(names, in: &document, x: 24, y: 56, width: width - 48)
    }
    let values = groups.flatMap { $0.values.prefix(names.count).compactMap { $0 } }
    let scale = ChartScale(covering: values, includesZero: true)
    func place(_ value: Double) -> Double? {
      scale.fraction(of: value).map { left + $0 * (right - left) }
    }
    for tick in scale.ticks {
      guard let x = place(tick.value) else { continue }
      document.line(from: (x, top), to: (x, bottom), stroke: ChartStyle.gridLine)
      document.text(
        tick.label, x: x, y: bottom + 18, size: ChartStyle.tickSize, fill: ChartStyle.mutedText,
        anchor: .middle)
    }
    for (index, group) in groups.enumerated() {
      let groupTop = top + groupHeight * Double(index) + 7
      document.text(
        group.name, x: left - 10, y: groupTop + Double(names.count) * 8 + 4,
        size: ChartStyle.labelSize, fill: ChartStyle.text, anchor: .end)
      for (bar, value) in group.values.prefix(names.count).enumerated() {
        guard let value, let end = place(value), let zero = place(0) else { continue }
        let y = groupTop + Double(bar) * 16
        document.rectangle(
          x: min(zero, end), y: y + 1.5, width: max(abs(end - zero), 1), height: 13,
          fill: ChartStyle.colour(bar), radius: 2)
        document.text(
          Self.label(value), x: max(zero, end) + 6, y: y + 12, size: 11,
          fill: ChartStyle.mutedText)
      }
    }
    let zero = place(0) ?? left
    document.line(from: (zero, top), to: (zero, bottom), stroke: ChartStyle.axisLine)
    document.text(
      valueLabel, x: (left + right) / 2, y: bottom + 42, size: ChartStyle.labelSize,
      fill: ChartStyle.text, anchor: .middle)
    return document.text
  }

  /// Three significant digits, and all digits of whole thousands.
  private static func label(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case ..<1e-3, 1e9...: "\(Float(value))"
    case ..<1: ChartScale.fixed(value, decimals: 3)
    case ..<10: ChartScale.fixed(value, decimals: 2)
    case ..<100: ChartScale.fixed(value, decimals: 1)
    default: ChartScale.fixed(value, decimals: 0)
    }
  }
}
