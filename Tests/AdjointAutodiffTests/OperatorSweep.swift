import AdjointCore
import AdjointGraph
import AdjointOperators

/// A function that uses an operator, with the range in which its inputs are drawn.
struct SweepCase: CustomStringConvertible, Sendable {
  let description: String
  let inputs: @Sendable ([Int]) -> [[Int]]
  let low: Double
  let high: Double
  let function: @Sendable (GraphBuilder, [Value]) throws -> Value

  /// A function of inputs whose shapes follow from one base shape of rank 2.
  init(
    _ description: String, _ inputs: @escaping @Sendable ([Int]) -> [[Int]] = { [$0] },
    from low: Double = -2, to high: Double = 2,
    _ function: @escaping @Sendable (GraphBuilder, [Value]) throws -> Value
  ) {
    self.description = description
    self.inputs = inputs
    self.low = low
    self.high = high
    self.function = function
  }
}

@Sendable private func two(_ base: [Int]) -> [[Int]] { [base, base] }

/// Every differentiable operator at least once.
///
/// Kinks and poles are kept out of the ranges.
enum OperatorSweep {
  static let elementwise: [SweepCase] = [
    SweepCase("abs", from: 0.1) { abs($1[0]) },
    SweepCase("abs below zero", from: -2, to: -0.1) { abs($1[0]) },
    SweepCase("exp") { exp($1[0]) },
    SweepCase("expm1") { expm1($1[0]) },
    SweepCase("log", from: 0.2) { log($1[0]) },
    SweepCase("log1p", from: -0.8) { log1p($1[0]) },
    SweepCase("sqrt", from: 0.2) { sqrt($1[0]) },
    SweepCase("rsqrt", from: 0.2) { rsqrt($1[0]) },
    SweepCase("reciprocal", from: 0.3) { reciprocal($1[0]) },
    SweepCase("sin") { sin($1[0]) },
    SweepCase("cos") { cos($1[0]) },
    SweepCase("tan", from: -1, to: 1) { tan($1[0]) },
    SweepCase("tanh") { tanh($1[0]) },
    SweepCase("sigmoid") { sigmoid($1[0]) },
    SweepCase("softplus") { softplus($1[0]) },
    SweepCase("silu") { silu($1[0]) },
    SweepCase("relu", from: 0.1) { relu($1[0]) },
    SweepCase("relu below zero", from: -2, to: -0.1) { relu($1[0]) },
    SweepCase("leaky_relu", from: -2, to: -0.1) { leakyRelu($1[0]) },
    SweepCase("gelu") { gelu($1[0]) },
    SweepCase("gelu by the tangent") { gelu($1[0], approximation: .tanh) },
    SweepCase("erf") { erf($1[0]) },
    SweepCase("negate") { -$1[0] },
    SweepCase("floor", from: 0.1, to: 0.9) { floor($1[0]) * $1[0] },
    SweepCase("ceil", from: 0.1, to: 0.9) { ceil($1[0]) * $1[0] },
    SweepCase("round", from: 0.6, to: 0.9) { round($1[0]) * $1[0] },
    SweepCase("sign", from: 0.1) { sign($1[0]) * $1[0] },
    SweepCase("add", two) { $1[0] + $1[1] },
    SweepCase("subtract", two) { $1[0] - $1[1] },
    SweepCase("multiply", two) { $1[0] * $1[1] },
    SweepCase("multiply by itself") { $1[0] * $1[0] },
    SweepCase("divide", two, from: 0.4) { $1[0] / $1[1] },
    SweepCase("power", two, from: 0.3) { pow($1[0], $1[1]) },
    SweepCase("power of a negative base", from: -2, to: -0.3) { pow($1[0], 3) },
    SweepCase("maximum", two) { max($1[0], $1[1]) },
    SweepCase("minimum", two) { min($1[0], $1[1]) },
    SweepCase("comparisons and select", two) {
      select(($1[0] .< $1[1]) .| ($1[0] .>= 1.5), $1[0] * $1[1], $1[0])
    },
    SweepCase("more comparisons", two) {
      let mask = (.!($1[0] .> $1[1])) .& ($1[0] .!= 0.5)
      return select(mask, $1[0], $1[1] * 2)
    },
    SweepCase("equality", two) {
      select(($1[0] .== $1[1]) .| ($1[0] .<= $1[1]), $1[0], $1[1] * $1[1])
    },
    SweepCase("cast") { $1[0].cast(to: .f32).cast(to: .f64) + $1[0] * 0 },
    SweepCase("stop_gradient", from: 0.5, to: 0.5) { stopGradient($1[0] * 0) + $1[0] },
  ]

  static let structural: [SweepCase] = [
    SweepCase("call", two) { builder, values in
      let type = TensorType(.f64, ["n", "m"])
      let function = try Function(
        "f", [type, type], results: { [$0[0] * sin($0[1]), $0[0].sum()] })
      let results = builder.call(function, values)
      return results[0] + results[1]
    },
    SweepCase("reshape") { $1[0].reshaped(to: Shape(extents: [$1[0].elementCount])) },
    SweepCase("transpose") { $1[0].transposed() * 2 },
    SweepCase("broadcast of a row", { [$0, [$0[1]]] }) { $1[0] * $1[1] },
    SweepCase("broadcast of a column", { [$0, [$0[0], 1]] }) { $1[0] * $1[1] },
    SweepCase("broadcast of a scalar", { [$0, []] }) { $1[0] * $1[1] },
    SweepCase("slice", { [[$0[0] + 3, $0[1] + 1]] }) {
      $1[0].sliced(from: [1, 0], to: [$1[0].extent(0), $1[0].extent(1) - 1], strides: [2, 1])
    },
    SweepCase("pad") {
      $1[0].padded(low: [1, 0], high: [0, 2], interior: [1, 0], with: 0.5)
    },
    SweepCase("concatenate", { [$0, [$0[0], 2]] }) { concatenate([$1[0], $1[1]], axis: 1) },
    SweepCase("extent") { $1[0] * $0.apply(Extent(axes: [1], to: .f64), [$1[0]]) },
    SweepCase("iota") { $0.iota(.f64, $1[0].shape, axis: 1) * $1[0] },
    SweepCase("reduce_sum") { $1[0].sum(squeezingAxes: [0]) },
    SweepCase("reduce_sum of all") { ($1[0] * $1[0]).sum() },
    SweepCase("matmul", { [$0, [$0[1], 3]] }) { matmul($1[0], $1[1]) },
    SweepCase("matmul of a transpose", { [$0, [3, $0[1]]] }) {
      matmul($1[0], $1[1].transposed())
    },
    SweepCase("linear", { [$0, [$0[1], 3], [3]] }) {
      linear($1[0], weight: $1[1], bias: $1[2])
    },
    SweepCase("matmul in batches", { [[2] + $0, [2, $0[1], 3]] }) { matmul($1[0], $1[1]) },
    SweepCase("gather", { [[4, $0[1]]] }) {
      let indices = try $0.constant(Tensor(.i32([3, 0, 3]), extents: [3]))
      return $1[0].gathered(at: indices, axis: 0)
    },
    SweepCase("scatter_add", { [[4, $0[1]], [3, $0[1]]] }) {
      let indices = try $0.constant(Tensor(.i32([3, 0, 3]), extents: [3]))
      return $1[0].scatterAdding($1[1], at: indices, axis: 0)
    },
  ]

  /// Those that need at least one element along the last axis.
  static let selecting: [SweepCase] = [
    SweepCase("mean") { ($1[0] * $1[0]).mean(alongAxes: [1]) },
    SweepCase("reduce_max") { $1[0].max(squeezingAxes: [1]) },
    SweepCase("reduce_min") { $1[0].min(squeezingAxes: [1]) },
    SweepCase("reduce_product") { $1[0].product(squeezingAxes: [1]) },
    SweepCase("product_of_others") { $0.apply(ProductOfOthers(axes: [1]), $1) },
    SweepCase("product_of_others along a direction", two) {
      $0.apply(ProductOfOthers(axes: [1]), $1)
    },
    SweepCase("product_of_others along directions", { [$0, $0, $0] }) {
      $0.apply(ProductOfOthers(axes: [0, 1]), $1)
    },
    SweepCase("softmax") { softmax($1[0]) },
    SweepCase("softmax over both axes") { $0.apply(Softmax(axes: [0, 1]), $1) },
    SweepCase("logSoftmax") { logSoftmax($1[0]) },
    SweepCase("logSumExp") { logSumExp($1[0], squeezingAxes: [1]) },
    SweepCase("log_sum_exp_excess") {
      $0.apply(LogSumExpExcess(axes: [1]), $1) + stopGradient($1[0].max(squeezingAxes: [1]))
    },
    SweepCase("selected_cross_entropy", two) {
      $0.apply(SelectedCrossEntropy(axes: [1]), [$1[0], stopGradient($1[1]) .> 0])
    },
    SweepCase("expected_cross_entropy", two) { $0.apply(ExpectedCrossEntropy(axes: [1]), $1) },
    SweepCase("cross_entropy", { _ in [[2, 3]] }) {
      crossEntropy(logits: $1[0], indices: try $0.constant(Tensor([2, 0] as [Int32])))
    },
    SweepCase("cross_entropy_probabilities", { _ in [[2, 3], [2, 3]] }) {
      crossEntropy(logits: $1[0], probabilities: $1[1])
    },
    SweepCase("variance") { $1[0].variance(squeezingAxes: 1) },
    SweepCase("mean_squared_error", { _ in [[2, 3], [2, 3]] }) {
      meanSquaredError(predictions: $1[0], targets: $1[1])
    },
    SweepCase("attention", { [$0, [4, $0[1]], [4, 2]] }) {
      attention(queries: $1[0], keys: $1[1], values: $1[2])
    },
    SweepCase("layerNorm", { [$0, [$0[1]], [$0[1]]] }) {
      layerNorm($1[0], scale: $1[1], offset: $1[2])
    },
  ]
}

extension Value {
  func extent(_ axis: Int) -> Int { shape[axis].extent ?? 0 }
  var elementCount: Int { shape.elementCount ?? 0 }
}
