import Foundation
import _Differentiation

/// The model of `swift_simulation`, in structures as PassiveLogic's differentiable-swift-examples have it.
struct HeatedFloor: Differentiable {
  struct Tube: Differentiable {
    var spacing, diameter, thickness, resistivity: Double
  }

  struct Slab: Differentiable {
    var temperature, area, heatCapacity, density, thickness: Double
  }

  struct Water: Differentiable {
    var power, temperature, flow, density, heatCapacity: Double
  }

  struct Tank: Differentiable {
    var temperature, volume, heatCapacity, density, mass: Double
  }

  var tube: Tube
  var slab: Slab
  var water: Water
  var tank: Tank
  var start: Double

  init(_ p: [Double]) {
    tube = Tube(spacing: p[0], diameter: p[1], thickness: p[2], resistivity: p[3])
    slab = Slab(temperature: p[4], area: p[5], heatCapacity: p[6], density: p[7], thickness: p[8])
    water = Water(
      power: p[9], temperature: p[10], flow: p[11], density: p[12], heatCapacity: p[13])
    tank = Tank(
      temperature: p[14], volume: p[15], heatCapacity: p[16], density: p[17], mass: p[18])
    start = p[19]
  }
}

/// The slopes of the parameters, in their order.
func elements(of slopes: HeatedFloor.TangentVector) -> [Double] {
  let (tube, slab, water, tank) = (slopes.tube, slopes.slab, slopes.water, slopes.tank)
  return [
    tube.spacing, tube.diameter, tube.thickness, tube.resistivity,
    slab.temperature, slab.area, slab.heatCapacity, slab.density, slab.thickness,
    water.power, water.temperature, water.flow, water.density, water.heatCapacity,
    tank.temperature, tank.volume, tank.heatCapacity, tank.density, tank.mass, slopes.start,
  ]
}

private let duration = 0.1
private let steps = 20

@differentiable(reverse)
private func resistance(_ slab: HeatedFloor.Slab, _ tube: HeatedFloor.Tube) -> Double {
  let surface = slab.area / tube.spacing * Double.pi * tube.diameter
  return tube.resistivity * tube.thickness / surface * 10
}

/// The water after it took or gave its power for a step.
@differentiable(reverse)
private func warmed(_ water: HeatedFloor.Water) -> HeatedFloor.Water {
  let mass = water.flow * duration * water.density
  var result = water
  result.temperature = water.temperature + water.power * duration / water.heatCapacity / mass
  result.power = 0
  return result
}

struct WaterAndTank: Differentiable {
  var water: HeatedFloor.Water
  var tank: HeatedFloor.Tank
}

@differentiable(reverse)
private func heated(_ water: HeatedFloor.Water, by tank: HeatedFloor.Tank) -> WaterAndTank {
  var (after, left) = (water, tank)
  let flow = water.flow * water.density
  after.power = (tank.temperature - water.temperature) * flow * water.heatCapacity
  let mass = tank.volume * tank.density
  left.temperature = tank.temperature - after.power * duration / tank.heatCapacity / mass
  return WaterAndTank(water: after, tank: left)
}

@differentiable(reverse)
private func moved(_ slab: HeatedFloor.Slab, _ power: Double) -> HeatedFloor.Slab {
  let mass = slab.area * slab.thickness * slab.density
  var result = slab
  result.temperature = slab.temperature + power * duration / slab.heatCapacity / mass
  return result
}

/// How far the floor is from the temperature wanted.
@differentiable(reverse)
func finalError(of model: HeatedFloor) -> Double {
  // Once, and not in each step: the compiler does not see that it stays the same.
  let resistance = resistance(model.slab, model.tube)
  var slab = model.slab
  slab.temperature = model.start
  var water = model.water
  var tank = model.tank
  for _ in 0..<steps {
    let pair = heated(water, by: tank)
    tank = pair.tank
    water = warmed(pair.water)
    let power = (slab.temperature - water.temperature) / resistance
    water.power = power
    slab = moved(slab, -power)
    water = warmed(water)
  }
  let error = slab.temperature - 27.344767
  return error < 0 ? -error : error
}
