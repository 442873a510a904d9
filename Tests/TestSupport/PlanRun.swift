import AdjointCore
import AdjointKernels

extension VerifiedPlan {
  /// The outputs and the parameters after one run of the interpreter on seeded numbers.
  package func interpreted(seed: UInt64) throws -> [[String: Tensor]] {
    let sources = try [plan.inputs, plan.parameters].map { ports in
      var tensors: [String: Tensor] = [:]
      for (number, port) in ports.enumerated() {
        tensors[port.name] = try Tensor.random(
          plan.buffers[port.buffer].type, seed: seed &+ UInt64(number), from: -2, to: 2)
      }
      return tensors
    }
    var interpreter = try PlanInterpreter(self, parameters: sources[1])
    return [try interpreter.run(sources[0]), try interpreter.parameters()]
  }
}

extension Plan {
  /// Whether no kernel has more points than so many, so that somebody comes to their end.
  package func isDone(within points: Int) -> Bool {
    kernels.allSatisfy { kernel in
      switch kernel {
      case .loopNest(let nest): nest.pointCount <= points
      case .group(let group): group.stages.allSatisfy { $0.nest.pointCount <= points }
      case .contraction(let product):
        product.batch *| product.rows *| product.columns *| max(product.inner, 1) <= points
      case .gather(let copy), .scatterAdd(let copy):
        copy.outer *| copy.count *| copy.inner <= points
      }
    }
  }
}

extension [String: Tensor] {
  /// Whether both have the same names, types and bits; one NaN is as good as another.
  package func agrees(with other: [String: Tensor]) -> Bool {
    keys == other.keys
      && allSatisfy { name, tensor in
        guard let second = other[name], second.type == tensor.type else { return false }
        return zip(tensor.doubles, second.doubles).allSatisfy {
          $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
        }
      }
  }
}
