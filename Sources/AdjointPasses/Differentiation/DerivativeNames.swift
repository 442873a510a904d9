import AdjointGraph

/// The names of the inputs and outputs of the derivatives of some outputs.
struct DerivativeNames {
  private let builder: GraphBuilder
  /// The only output, nil where there are several.
  private let target: String?

  init(_ builder: GraphBuilder, outputs: [String]) {
    self.builder = builder
    target = outputs.count == 1 ? outputs.first : nil
  }

  /// `gradient.x` of an only output, else `gradient.<output>.x`.
  func gradient(of output: String, _ source: String) -> String {
    self.output("gradient", of: output, source)
  }

  /// `<kind>.x` of an only output, else `<kind>.<output>.x`.
  func output(_ kind: String, of output: String, _ source: String) -> String {
    free(kind, target == nil ? "\(output).\(source)" : source, isTaken: builder.hasOutput)
  }

  /// `tangent.<output>`.
  func tangent(of output: String) -> String {
    free("tangent", output, isTaken: builder.hasOutput)
  }

  /// `cotangent.<output>` or `tangent.<source>`.
  func input(_ kind: String, _ name: String) -> String {
    free(kind, name, isTaken: builder.hasNode)
  }

  /// `gradient.x`, else `gradient.<output>.x` of an only output, else one of these with a number.
  private func free(
    _ kind: String, _ name: String, isTaken: (String) -> Bool
  ) -> String {
    let short = "\(kind).\(name)"
    guard isTaken(short) else { return short }
    let long = target.map { "\(kind).\($0).\(name)" } ?? short
    guard isTaken(long) else { return long }
    var number = 2
    while isTaken("\(long).\(number)") { number += 1 }
    return "\(long).\(number)"
  }
}
