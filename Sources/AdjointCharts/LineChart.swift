/// A chart of one or more lines as an SVG picture: loss curves, benchmark results.
public struct LineChart: Hashable, Sendable {
  /// One line.
  public struct Series: Hashable, Sendable {
    /// The name in the legend.
    public var name: String
    /// The points' horizontal places, in the order in which they are joined.
    public var x: [Double]
    /// The points' vertical places, one for each of `x`.
    public var y: [Double]

    /// A line through points; surplus numbers of the longer list are left out.
    public init(_ name: String, x: [Double], y: [Double]) {
      self.name = name
      self.x = x
      self.y = y
    }

    /// A line through values at 1, 2, 3 ...
    public init(_ name: String, _ y: [Double]) {
      self.init(name, x: (0..<y.count).map { Double($0 + 1) }, y: y)
    }
  }

  /// The text above the chart.
  public var title: String
  /// What the horizontal axis shows.
  public var xLabel: String
  /// What the vertical axis shows.
  public var yLabel: String
  /// The lines, drawn in order.
  public var series: [Series]
  /// Whether the vertical axis is logarithmic; points at or below zero are then left out.
  public var isLogarithmic: Bool
  /// The width of the picture in pixels, at least 240.
  public var width: Int
  /// The height of the picture in pixels, at least 160.
  public var height: Int

  /// A chart with its texts and lines.
  public init(
    title: String, xLabel: String, yLabel: String, series: [Series], isLogarithmic: Bool = false,
    width: Int = 800, height: Int = 450
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.isLogarithmic = isLogarithmic
    self.width = width
    self.height = height
  }

  /// The picture as the text of an SVG file.
  ///
  /// A point that is not finite leaves a gap in its line. Lines of very many points are thinned to
  /// the lowest and the highest point of each pixel column.
  public func svg() -> String {
    let width = Double(max(width, 240))
    let height = Double(max(height, 160))
    var document = SVGDocument(width: width, height: height)
    document.rectangle(
      x: 0, y: 0, width: width, height: height, fill: ChartStyle.background)
    let xScale = ChartScale(covering: series.flatMap { $0.x }, isTight: true, tickCount: 9)
    let yScale = ChartScale(covering: series.flatMap { $0.y }, isLogarithmic: isLogarithmic)
    let tickWidth =
      yScale.ticks.map { SVGDocument.estimatedWidth(of: $0.label, size: ChartStyle.tickSize) }
      .max() ?? 0
    var frame = Frame(
      left: 40 + tickWidth, right: width - 24, top: 52, bottom: height - 54, x: xScale, y: yScale)
    document.text(
      title, x: frame.left, y: 30, size: ChartStyle.titleSize, fill: ChartStyle.text, isBold: true)
    if series.count > 1 {
      frame.top += ChartStyle.drawLegend(
        series.map(\.name), in: &document, x: frame.left, y: 56, width: frame.right - frame.left)
    }
    frame.drawAxes(in: &document, xLabel: xLabel, yLabel: yLabel)
    for (index, line) in series.enumerated() {
      frame.draw(line, colour: ChartStyle.colour(index), in: &document)
    }
    return document.text
  }
}
