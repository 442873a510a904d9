import Adjoint
import Foundation

/// Distances of measured points from the skin of a hand, as a function of 26 angles and places: ADBench's HAND, of the
/// simple kind, as GradBench states it.
///
/// The hand has a wrist, five fingers of four bones each, and a forearm; of a finger the second bone has two angles, the
/// third and fourth one each. The model's numbers are from a seed.
struct HandTracking: Formula {
  let vertices: Int
  let correspondences: Int

  private static let (fingers, joints) = (5, 4)
  private static let bones = 2 + fingers * joints

  func operands() throws(Diagnostic) -> [Operand] {
    let bones = Self.bones
    // Weights of a vertex are positive and their sum is 1.
    let raw = RandomNumbers.doubles(bones * vertices, "weights", from: 0, to: 1)
    var sums = [Double](repeating: 0, count: vertices)
    for (index, weight) in raw.enumerated() { sums[index % vertices] += weight }
    let weights = raw.indices.map { raw[$0] / sums[$0 % vertices] }
    return [
      try .source(
        "theta", RandomNumbers.doubles(6 + 4 * Self.fingers, "theta"), 6 + 4 * Self.fingers),
      try .data("relatives", transforms("relatives"), bones, 4, 4),
      try .data("inverses", transforms("inverses"), bones, 4, 4),
      try .data(
        "base",
        RandomNumbers.doubles(3 * vertices, "base") + [Double](repeating: 1, count: vertices), 4,
        vertices),
      try .data("weights", weights, bones, vertices),
      try .data(
        "points", RandomNumbers.doubles(3 * correspondences, "points"), 3, correspondences),
      try .indices(
        "vertexOf", RandomNumbers.integers(correspondences, "vertexOf", below: vertices)),
    ]
  }

  /// For each bone a matrix near the identity, whose last row is 0 0 0 1.
  private func transforms(_ name: String) -> [Double] {
    let noise = RandomNumbers.doubles(16 * Self.bones, name, from: -0.2, to: 0.2)
    return noise.indices.map { index in
      let (row, column) = (index / 4 % 4, index % 4)
      return (row == column ? 1 : 0) + (row == 3 ? 0 : noise[index])
    }
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (theta, relatives, inverses) = (operands[0], operands[1], operands[2])
    let (base, weights, points) = (operands[3], operands[4], operands[5])
    let (fingers, joints, bones) = (Self.fingers, Self.joints, Self.bones)
    // Bones are the wrist, the fingers joint by joint, and the forearm.
    let angles = theta[6..<6 + 4 * fingers].reshaped(to: [fingers, 4])
    let still = theta.builder.constant(0, theta.scalarType).broadcast(to: [fingers], axes: [])
    var absolutes = [relatives[0..<1]]
    var parent = relatives[0]
    for joint in 0..<joints {
      let bent = joint == 0 ? still : angles[.all, joint == 1 ? 0 : joint]
      let spread = joint == 1 ? angles[.all, 1] : still
      let first = 1 + joint * fingers
      parent = matmul(parent, matmul(relatives[first..<first + fingers], turns(bent, spread)))
      absolutes.append(parent)
    }
    absolutes.append(matmul(relatives[0], relatives[bones - 1]).reshaped(to: [1, 4, 4]))
    let transforms = matmul(concatenate(absolutes, axis: 0), inverses)
    // Σ_bone weight·(T·base) is one product over bones and coordinates, [3, bones·4]·[bones·4, vertices].
    let rows = transforms[.all, 0..<3].transposed(permutation: [1, 0, 2]).reshaped(to: [
      3, bones * 4,
    ])
    let weighted =
      weights.reshaped(to: [bones, 1, vertices]) * base.reshaped(to: [1, 4, vertices])
    let skin = matmul(rows, weighted.reshaped(to: [bones * 4, vertices]))
    let places = matmul(rotation(of: theta), skin) + theta[3..<6].reshaped(to: [3, 1])
    return (points - places.gathered(at: operands[6], axis: 1)).transposed(permutation: [1, 0])
  }

  /// For each finger the rotation by an angle about z after one about x, as a matrix of 4 by 4.
  private func turns(_ x: Value, _ z: Value) -> Value {
    let zero = x.builder.constant(0, x.scalarType).broadcast(to: x.shape, axes: [])
    let one = x.builder.constant(1, x.scalarType).broadcast(to: x.shape, axes: [])
    let rows = [
      [cos(z), -sin(z) * cos(x), sin(z) * sin(x), zero],
      [sin(z), cos(z) * cos(x), -cos(z) * sin(x), zero],
      [zero, sin(x), cos(x), zero],
      [zero, zero, zero, one],
    ]
    let columns = rows.flatMap { $0 }.map { $0.reshaped(to: [Self.fingers, 1]) }
    return concatenate(columns, axis: 1).reshaped(to: [Self.fingers, 4, 4])
  }

  /// Rodrigues' rotation by the first three numbers.
  private func rotation(of theta: Value) -> Value {
    let turn = theta[0..<3]
    let angle = sqrt((turn * turn).sum())
    let axis = turn / angle
    let (x, y, z) = (axis[0], axis[1], axis[2])
    let (c, s) = (cos(angle), sin(angle))
    let rows = [
      [x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
      [x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s],
      [x * z * (1 - c) - y * s, z * y * (1 - c) + x * s, z * z + (1 - z * z) * c],
    ]
    return concatenate(rows.flatMap { $0 }.map { $0.reshaped(to: [1]) }, axis: 0)
      .reshaped(to: [3, 3])
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (theta, base, weights) = (operands[0], operands[3], operands[4])
    func matrix(_ numbers: [Double], _ bone: Int) -> [Double] {
      Array(numbers[16 * bone..<16 * bone + 16])
    }
    var absolutes = [matrix(operands[1], 0)]
    for bone in 1..<Self.bones {
      let (joint, finger) = ((bone - 1) / Self.fingers, (bone - 1) % Self.fingers)
      let isForearm = joint == Self.joints
      let parent = isForearm || joint == 0 ? 0 : bone - Self.fingers
      var relative = matrix(operands[1], bone)
      if !isForearm, joint > 0 {
        let x = theta[6 + 4 * finger + (joint == 1 ? 0 : joint)]
        let z = joint == 1 ? theta[6 + 4 * finger + 1] : 0
        let aboutZ = [cos(z), -sin(z), 0, 0, sin(z), cos(z), 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        let aboutX = [1, 0, 0, 0, 0, cos(x), -sin(x), 0, 0, sin(x), cos(x), 0, 0, 0, 0, 1]
        relative = PlainLoops.product(
          relative, PlainLoops.product(aboutZ, aboutX, inner: 4), inner: 4)
      }
      absolutes.append(PlainLoops.product(absolutes[parent], relative, inner: 4))
    }
    var skin = [Double](repeating: 0, count: 3 * vertices)
    for bone in 0..<Self.bones {
      let transform = PlainLoops.product(absolutes[bone], matrix(operands[2], bone), inner: 4)
      let moved = PlainLoops.product(transform, base, inner: 4)
      for index in skin.indices {
        skin[index] += moved[index] * weights[bone * vertices + index % vertices]
      }
    }
    let places = PlainLoops.product(globalRotation(theta), skin, inner: 3)
    return (0..<correspondences).flatMap { index in
      (0..<3).map { axis in
        operands[5][axis * correspondences + index]
          - (places[axis * vertices + Int(operands[6][index])] + theta[3 + axis])
      }
    }
  }

  /// cos·1 + sin·[a]× + (1 − cos)·aaᵀ.
  private func globalRotation(_ theta: [Double]) -> [Double] {
    let angle = theta[..<3].reduce(0) { $0 + $1 * $1 }.squareRoot()
    let a = theta[..<3].map { $0 / angle }
    let cross = [0, -a[2], a[1], a[2], 0, -a[0], -a[1], a[0], 0]
    return cross.indices.map { index in
      let (row, column) = (index / 3, index % 3)
      return (row == column ? cos(angle) : 0) + sin(angle) * cross[index]
        + (1 - cos(angle)) * a[row] * a[column]
    }
  }

  /// For each column a product with the weighted vertices, and the rotation.
  var work: Work {
    let columns = 6 + 4 * Self.fingers
    return .double(
      operations: columns * 2 * vertices * (3 * Self.bones * 4 + 9),
      read: (Self.bones + 4) * vertices, written: columns * 3 * correspondences)
  }
}
