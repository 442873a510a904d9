import Adjoint
import Foundation

/// Errors of points that cameras with radial distortion see, and the blocks of their Jacobian: ADBench's BA as
/// GradBench states it.
///
/// A camera is a column of 11 numbers: rotation (3), place (3), focal length, principal point (2), distortion (2). The
/// errors are `w·(project(camera, point) − feature)`, two for each observation, and `1 − w²`.
struct BundleAdjustment {
  let cameras: Int
  let points: Int
  let observations: Int

  private static let cameraCount = 11

  /// What a case starts from; columns, so that one number of all observations is one run of memory.
  func inputs() throws(Diagnostic) -> [String: Tensor] {
    // Small rotations, points in front of the cameras.
    var columns: [Double] = []
    let ranges: [(Double, Double)] =
      Array(repeating: (-0.3, 0.3), count: 3) + [(-1, 1), (-1, 1), (-9, -7)]
      + [(400, 600), (-20, 20), (-20, 20), (-0.1, 0.1), (-0.01, 0.01)]
    for (row, range) in ranges.enumerated() {
      columns += RandomNumbers.doubles(cameras, "camera\(row)", from: range.0, to: range.1)
    }
    return [
      "cameras": try Tensor(columns, extents: [Self.cameraCount, cameras]),
      "points": try Tensor(RandomNumbers.doubles(3 * points, "points"), extents: [3, points]),
      "weights": try Tensor(RandomNumbers.doubles(observations, "w", from: 0.5, to: 1.5)),
      "features": try Tensor(
        RandomNumbers.doubles(2 * observations, "features", from: -50, to: 50),
        extents: [2, observations]),
      "cameraOf": try Tensor(RandomNumbers.integers(observations, "camera", below: cameras)),
      "pointOf": try Tensor(RandomNumbers.integers(observations, "point", below: points)),
    ]
  }

  /// The errors of all observations, of the cameras and points that each of them sees.
  private func errors(
    _ camera: Value, _ point: Value, _ weight: Value, _ feature: Value
  ) -> [Value] {
    let rotation = (0..<3).map { camera[$0] }
    let x = (0..<3).map { point[$0] - camera[3 + $0] }
    let angle = sqrt(dot(rotation, rotation))
    let (cosine, sine) = (cos(angle), sin(angle))
    let axis = rotation.map { $0 / angle }
    let along = dot(axis, x) * (1 - cosine)
    let turned = (0..<3).map { index -> Value in
      let (next, last) = ((index + 1) % 3, (index + 2) % 3)
      let cross = axis[next] * x[last] - axis[last] * x[next]
      return x[index] * cosine + cross * sine + axis[index] * along
    }
    let seen = [turned[0] / turned[2], turned[1] / turned[2]]
    let square = dot(seen, seen)
    let distortion = 1 + camera[9] * square + camera[10] * square * square
    let errors = (0..<2).map { index -> Value in
      let place = seen[index] * distortion * camera[6] + camera[7 + index]
      return weight * (place - feature[index])
    }
    return errors + [1 - weight * weight]
  }

  private func dot(_ left: [Value], _ right: [Value]) -> Value {
    zip(left, right).dropFirst().reduce(left[0] * right[0]) { $0 + $1.0 * $1.1 }
  }

  func graph(_ name: String) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    let cameras = builder.input("cameras", .f64, [Self.cameraCount, self.cameras])
    let points = builder.input("points", .f64, [3, self.points])
    let weights = builder.input("weights", .f64, [observations])
    let features = builder.input("features", .f64, [2, observations])
    let camera = cameras.gathered(at: builder.input("cameraOf", .i32, [observations]), axis: 1)
    let point = points.gathered(at: builder.input("pointOf", .i32, [observations]), axis: 1)
    // An error of an observation depends on its own camera, point and weight alone, so the gradient of a sum over all
    // observations has a row of every block.
    for (row, errors) in errors(camera, point, weights, features).enumerated() {
      let sources = row < 2 ? [camera, point, weights] : [weights]
      let names = row < 2 ? ["cameras", "points", "weights"] : ["weights"]
      builder.output("errors.\(row)", errors)
      let rows = gradients(of: errors.sum(), withRespectTo: sources)
      for (name, values) in zip(names, rows) { builder.output("rows.\(row).\(name)", values) }
    }
    return try builder.build()
  }

  /// The errors of one observation in plain arithmetic; its operands as in the graph.
  private func reference(
    _ camera: [Double], _ point: [Double], _ weight: Double, _ feature: [Double]
  ) -> [Double] {
    let angle = camera[..<3].reduce(0) { $0 + $1 * $1 }.squareRoot()
    let (a, b, c) = (camera[0] / angle, camera[1] / angle, camera[2] / angle)
    let (cosine, sine) = (cos(angle), sin(angle))
    let x = (0..<3).map { point[$0] - camera[3 + $0] }
    // Rodrigues' rotation as a matrix.
    let rest = 1 - cosine
    let rows: [[Double]] = [
      [cosine + a * a * rest, a * b * rest - c * sine, a * c * rest + b * sine],
      [b * a * rest + c * sine, cosine + b * b * rest, b * c * rest - a * sine],
      [c * a * rest - b * sine, c * b * rest + a * sine, cosine + c * c * rest],
    ]
    let turned = rows.map { $0[0] * x[0] + $0[1] * x[1] + $0[2] * x[2] }
    let (u, v) = (turned[0] / turned[2], turned[1] / turned[2])
    let square = u * u + v * v
    let scale = camera[6] * (1 + camera[9] * square + camera[10] * square * square)
    return [
      weight * (u * scale + camera[7] - feature[0]), weight * (v * scale + camera[8] - feature[1]),
      1 - weight * weight,
    ]
  }

  /// Compares errors, and for each observation the products of its rows with a direction.
  private func check(
    _ context: ExecutionContext, _ inputs: [String: [Double]]
  ) throws(Diagnostic) {
    let numbers = { (name: String) in inputs[name] ?? [] }
    let (cameras, points) = (numbers("cameras"), numbers("points"))
    let (weights, features) = (numbers("weights"), numbers("features"))
    let distance = 1e-6
    var values: [[Double]] = [[], [], []]
    var slopes = values
    let signs = RandomNumbers.integers(15, "signs", below: 2).map { Double(2 * $0 - 1) }
    for index in 0..<observations {
      let camera = (0..<11).map { cameras[$0 * self.cameras + Int(numbers("cameraOf")[index])] }
      let point = (0..<3).map { points[$0 * self.points + Int(numbers("pointOf")[index])] }
      let feature = [features[index], features[observations + index]]
      let moved = [distance, -distance].map { step in
        reference(
          camera.enumerated().map { $1 + step * signs[$0] },
          point.enumerated().map { $1 + step * signs[11 + $0] }, weights[index] + step * signs[14],
          feature)
      }
      let value = reference(camera, point, weights[index], feature)
      for row in 0..<3 {
        values[row].append(value[row])
        slopes[row].append((moved[0][row] - moved[1][row]) / (2 * distance))
      }
    }
    for row in 0..<3 {
      try FormulaCheck.expect(
        "errors.\(row)", try context.output("errors.\(row)").doubles, values[row], within: 1e-12)
      var products = [Double](repeating: 0, count: observations)
      for (name, first) in [("cameras", 0), ("points", 11), ("weights", 14)]
      where row < 2 || name == "weights" {
        for (index, slope) in try context.output("rows.\(row).\(name)").doubles.enumerated() {
          products[index % observations] += slope * signs[first + index / observations]
        }
      }
      try FormulaCheck.expect("rows.\(row)", products, slopes[row])
    }
  }

  func makeCase(_ name: String, _ summary: String) -> Case {
    // A rotation, a projection and a distortion of some 80 operations, twice back.
    let work = Work.double(
      operations: observations * 5 * 80,
      read: observations * 4 + Self.cameraCount * cameras + 3 * points,
      written: observations * (3 + 2 * 15 + 1))
    return Case(name: name, summary: "\(summary): errors and Jacobian blocks", limit: .work(work)) {
      () throws(Diagnostic) in
      Case.Workload(graph: try graph(name)) { (_) throws(Diagnostic) in
        let inputs = try inputs()
        return Case.Start(inputs: inputs) { (context) throws(Diagnostic) in
          try check(context, inputs.mapValues(\.doubles))
        }
      }
    }
  }
}
