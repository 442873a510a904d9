/// An SVG picture as it is put together, element by element.
struct SVGDocument {
  enum Anchor: String { case start, middle, end }

  private let width: Double
  private let height: Double
  private var elements: [String] = []

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The file's text.
  var text: String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    let opening =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\""
      + " width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
      + " font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\">"
    return ([opening] + elements + ["</svg>", ""]).joined(separator: "\n")
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, radius: Double = 0
  ) {
    let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
    elements.append(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\""
        + " height=\"\(Self.number(height))\" fill=\"\(fill)\"\(corner)/>")
  }

  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), stroke: String,
    width: Double = 1
  ) {
    elements.append(
      "<line x1=\"\(Self.number(start.x))\" y1=\"\(Self.number(start.y))\""
        + " x2=\"\(Self.number(end.x))\" y2=\"\(Self.number(end.y))\""
        + " stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"/>")
  }

  mutating func circle(x: Double, y: Double, radius: Double, fill: String) {
    elements.append(
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\""
        + " fill=\"\(fill)\"/>")
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], stroke: String) {
    let text = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline points=\"\(text)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"2\""
        + " stroke-linejoin=\"round\" stroke-linecap=\"round\"/>")
  }

  mutating func text(
    _ content: String, x: Double, y: Double, size: Double, fill: String, anchor: Anchor = .start,
    isBold: Bool = false, isVertical: Bool = false
  ) {
    let weight = isBold ? " font-weight=\"600\"" : ""
    let turn =
      isVertical ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\""
        + " fill=\"\(fill)\" text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)>"
        + "\(Self.escaped(content))</text>")
  }

  /// The width that a text is likely to take; SVG has no way to measure it.
  static func estimatedWidth(of text: String, size: Double) -> Double {
    Double(text.count) * size * 0.58
  }

  /// A number with at most two decimals.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    if rounded == rounded.rounded(), rounded.magnitude < 1e15 { return String(Int(rounded)) }
    return "\(rounded)"
  }

  /// The text with the characters that XML reserves escaped and those it forbids left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\r", "\t": result += " "
      case _ where scalar.value < 0x20 || (scalar.value & 0xfffe) == 0xfffe: continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
