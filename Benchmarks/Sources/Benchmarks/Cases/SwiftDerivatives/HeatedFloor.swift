import Adjoint

/// How far a floor is from the temperature wanted after water from a tank has warmed it through tubes: the model of a
/// building with which Swift's own derivatives are timed (PassiveLogic's differentiable-swift-examples and the
/// benchmarks of the Swift project), 20 parameters and 20 steps of a tenth of a second.
///
/// The source is a factor of each parameter, so that all are of one size.
struct HeatedFloor: Formula {
  let steps: Int

  /// Of the tubes their distance, diameter, thickness and resistivity; of the floor its temperature, area, heat
  /// capacity, density and thickness; of the water its power, temperature, flow, density and heat capacity; of the
  /// tank its temperature, volume, heat capacity, density and mass; the temperature that the floor starts with.
  ///
  /// Neither the water's power nor the floor's own temperature nor the tank's mass has an influence.
  static let parameters: [Double] = [
    0.50292, 0.019, 0.001588, 2.43,
    21.1111111, 100, 0.2, 2242.58, 0.101,
    1, 60, 0.0006309, 1000, 4180,
    70, 0.0757082, 4180, 1000, 75.708,
    33.3,
  ]
  private static let duration = 0.1
  private static let wanted = 27.344767
  private static let geometry = 10.0

  func operands() throws(Diagnostic) -> [Operand] {
    let count = Self.parameters.count
    return [
      try .source("factors", RandomNumbers.doubles(count, "floor", from: 0.9, to: 1.1), count),
      try .data("parameters", Self.parameters, count),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let all = operands[0] * operands[1]
    let p = Self.parameters.indices.map { all[$0] }
    let surface = p[5] / p[0] * Double.pi * p[1]
    let resistance = p[3] * p[2] / surface * Self.geometry
    var (floor, water, tank) = (p[19], p[10], p[14])
    for _ in 0..<steps {
      // The tank warms the water, the water the floor.
      let gained = (tank - water) * p[11] * p[12] * p[13]
      tank = tank - gained * Self.duration / p[16] / (p[15] * p[17])
      water = water + gained * Self.duration / p[13] / (p[11] * Self.duration * p[12])
      let lost = (floor - water) / resistance
      floor = floor - lost * Self.duration / p[6] / (p[5] * p[8] * p[7])
      water = water + lost * Self.duration / p[13] / (p[11] * Self.duration * p[12])
    }
    return abs(floor - Self.wanted)
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let p = zip(operands[0], operands[1]).map { $0 * $1 }
    let resistance = p[3] * p[2] / (p[5] / p[0] * Double.pi * p[1]) * Self.geometry
    let flow = p[11] * p[12] * p[13]
    let capacities = (tank: p[15] * p[17] * p[16], floor: p[5] * p[8] * p[7] * p[6])
    var (floor, water, tank) = (p[19], p[10], p[14])
    for _ in 0..<steps {
      let gained = (tank - water) * flow
      tank -= gained * Self.duration / capacities.tank
      water += gained / flow
      let lost = (floor - water) / resistance
      floor -= lost * Self.duration / capacities.floor
      water += lost / flow
    }
    return [(floor - Self.wanted).magnitude]
  }

  /// What a step has of sums, products and quotients, and twice as many back.
  var work: Work {
    .double(operations: steps * 30 * 3, read: 2 * Self.parameters.count, written: 20)
  }
}
