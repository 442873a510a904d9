import AdjointCharts
import AdjointCore
import Foundation
import Testing

@Suite struct ChartTests {
  /// How often each element occurs.
  private func elements(of svg: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for part in svg.split(separator: "<").dropFirst() where !part.hasPrefix("/") {
      counts[String(part.prefix { $0.isLetter }), default: 0] += 1
    }
    return counts
  }

  @Test func ticksAreRound() {
    #expect(
      ChartScale(covering: [0.03, 2.31]).ticks.map(\.label)
        == ["0", "0.5", "1.0", "1.5", "2.0", "2.5"])
    #expect(
      ChartScale(covering: [-1.5, 1.5], tickCount: 4).ticks.map(\.label)
        == ["−2", "−1", "0", "1", "2"])
    #expect(
      ChartScale(covering: [1, 50], isTight: true).ticks.map(\.label)
        == ["10", "20", "30", "40", "50"])
    #expect(ChartScale(covering: [0, 20000]).ticks.last?.label == "20,000")
    #expect(
      ChartScale(covering: [0.004, 2], isLogarithmic: true).ticks.map(\.label)
        == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(
      ChartScale(covering: [1, 2, 3], isTight: true, tickCount: 9).ticks.map(\.label)
        == ["1", "2", "3"])
  }

  @Test func placesAreFractionsOfTheAxis() {
    let scale = ChartScale(covering: [0, 10])
    #expect(scale.fraction(of: 5) == 0.5)
    #expect(scale.fraction(of: .nan) == nil)
    let decades = ChartScale(covering: [0.01, 100], isLogarithmic: true)
    #expect(abs((decades.fraction(of: 1) ?? 0) - 0.5) < 1e-12)
    #expect(decades.fraction(of: 0) == nil)
    #expect(decades.fraction(of: -1) == nil)
  }

  @Test func oddRangesGiveFiniteTicks() {
    let ranges: [[Double]] = [
      [], [0], [5], [-3, -3], [1e300, 1e308],
      [-.greatestFiniteMagnitude, .greatestFiniteMagnitude],
      [.leastNonzeroMagnitude], [0, .leastNonzeroMagnitude], [1, 1 + 1e-15], [1e15, 1e15 + 1],
      [.nan, .infinity], [-1e-9, 1e-9],
    ]
    for values in ranges {
      for isLogarithmic in [false, true] {
        for isTight in [false, true] {
          let scale = ChartScale(
            covering: values, isLogarithmic: isLogarithmic, isTight: isTight)
          #expect(scale.lower.isFinite && scale.upper.isFinite && scale.lower < scale.upper)
          #expect(scale.ticks.count <= 51)
          for tick in scale.ticks { #expect(tick.value.isFinite && !tick.label.isEmpty) }
          for value in values {
            if let place = scale.fraction(of: value) { #expect(place >= 0 && place <= 1) }
          }
        }
      }
    }
  }

  @Test func linesLegendAndTexts() throws {
    let chart = LineChart(
      title: "a < b & \"c\"", xLabel: "epoch", yLabel: "loss",
      series: [.init("one", [3, 2, 1]), .init("two's", [1, .nan, 2, 3])])
    let svg = chart.svg()
    #expect(svg.contains("a &lt; b &amp; &quot;c&quot;"))
    #expect(svg.contains(">two&#39;s</text>"))
    #expect(svg.contains(">epoch</text>") && svg.contains(">loss</text>"))
    let counts = try elements(of: svg)
    // The gap leaves a single point and a line.
    #expect(counts["polyline"] == 2)
    #expect(counts["circle"] == 1)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test func longLinesAreThinned() {
    let values = (0..<200_000).map { Double($0 % 997) }
    let chart = LineChart(title: "", xLabel: "", yLabel: "", series: [.init("", values)])
    let svg = chart.svg()
    #expect(svg.utf8.count < 100_000)
    #expect(svg.contains("polyline"))
  }

  @Test func emptyAndHostileChartsAreDrawn() {
    let series: [[Double]] = [
      [], [.nan], [.infinity, 1], [0, -1], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
    ]
    for values in series {
      for isLogarithmic in [false, true] {
        let svg = LineChart(
          title: "t", xLabel: "x", yLabel: "y", series: [.init("\u{0}\u{8}", values)],
          isLogarithmic: isLogarithmic, width: -5, height: 0
        ).svg()
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(!svg.contains("nan") && !svg.contains("inf") && !svg.contains("\u{8}"))
      }
    }
    #expect(LineChart(title: "", xLabel: "", yLabel: "", series: []).svg().hasSuffix("</svg>\n"))
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let chart = BarChart(
      title: "step", valueLabel: "µs", names: ["ours", "theirs"],
      groups: [.init("mlp", [100, 200]), .init("scalar", [50, nil])])
    let svg = chart.svg()
    // Background, two squares of the legend, three bars.
    #expect(try elements(of: svg)["rect"] == 6)
    #expect(svg.contains(">200</text>") && svg.contains(">50.0</text>"))
    #expect(BarChart(title: "", valueLabel: "", names: [], groups: []).svg().hasSuffix("</svg>\n"))
    let odd = BarChart(
      title: "", valueLabel: "", names: ["a"],
      groups: [.init("g", [.nan]), .init("h", [-3]), .init("i", [1e300])])
    #expect(!odd.svg().contains("nan"))
  }
}
