extension LineChart {
  /// The part of the picture between the axes, and what is drawn in it.
  struct Frame {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var x: ChartScale
    var y: ChartScale

    func drawAxes(in document: inout SVGDocument, xLabel: String, yLabel: String) {
      for tick in y.ticks {
        guard let place = vertical(tick.value) else { continue }
        document.line(from: (left, place), to: (right, place), stroke: ChartStyle.gridLine)
        document.text(
          tick.label, x: left - 8, y: place + 4, size: ChartStyle.tickSize,
          fill: ChartStyle.mutedText, anchor: .end)
      }
      for tick in x.ticks {
        guard let place = horizontal(tick.value) else { continue }
        document.line(from: (place, bottom), to: (place, bottom + 5), stroke: ChartStyle.axisLine)
        document.text(
          tick.label, x: place, y: bottom + 20, size: ChartStyle.tickSize,
          fill: ChartStyle.mutedText, anchor: .middle)
      }
      document.line(from: (left, bottom), to: (right, bottom), stroke: ChartStyle.axisLine)
      document.text(
        xLabel, x: (left + right) / 2, y: bottom + 42, size: ChartStyle.labelSize,
        fill: ChartStyle.text, anchor: .middle)
      document.text(
        yLabel, x: 20, y: (top + bottom) / 2, size: ChartStyle.labelSize, fill: ChartStyle.text,
        anchor: .middle, isVertical: true)
    }

    func draw(_ series: Series, colour: String, in document: inout SVGDocument) {
      var run: [(x: Double, y: Double)] = []
      for (x, y) in zip(series.x, series.y) {
        if let x = horizontal(x), let y = vertical(y) {
          run.append((x, y))
        } else {
          draw(run: run, colour: colour, in: &document)
          run.removeAll()
        }
      }
      draw(run: run, colour: colour, in: &document)
    }

    private func draw(
      run: [(x: Double, y: Double)], colour: String, in document: inout SVGDocument
    ) {
      switch run.count {
      case 0: break
      case 1: document.circle(x: run[0].x, y: run[0].y, radius: 3, fill: colour)
      default: document.polyline(thinned(run), stroke: colour)
      }
    }

    /// At most four points a pixel column: the first, the lowest, the highest and the last.
    private func thinned(_ run: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
      guard Double(run.count) > 4 * (right - left) else { return run }
      var result: [(x: Double, y: Double)] = []
      var start = 0
      while start < run.count {
        var end = start
        var low = start
        var high = start
        while end < run.count, run[end].x.rounded(.down) == run[start].x.rounded(.down) {
          if run[end].y < run[low].y { low = end }
          if run[end].y > run[high].y { high = end }
          end += 1
        }
        for index in Set([start, low, high, end - 1]).sorted() { result.append(run[index]) }
        start = end
      }
      return result
    }

    private func horizontal(_ value: Double) -> Double? {
      x.fraction(of: value).map { left + $0 * (right - left) }
    }

    private func vertical(_ value: Double) -> Double? {
      y.fraction(of: value).map { bottom - $0 * (bottom - top) }
    }
  }
}
