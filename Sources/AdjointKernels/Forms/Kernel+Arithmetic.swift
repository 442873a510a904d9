import AdjointCore

/// What a computation takes, counted without a machine.
package struct ArithmeticCount: Hashable, Sendable {
  /// Products with a sum, and whatever other arithmetic takes as long, element by element.
  package var multiplyAdds = 0
  /// Evaluations of functions that take many times as long, such as exp.
  package var functions = 0

  package init(multiplyAdds: Int = 0, functions: Int = 0) {
    self.multiplyAdds = multiplyAdds
    self.functions = functions
  }

  package static func + (left: ArithmeticCount, right: ArithmeticCount) -> ArithmeticCount {
    ArithmeticCount(
      multiplyAdds: left.multiplyAdds +| right.multiplyAdds,
      functions: left.functions +| right.functions)
  }
}

extension Kernel {
  /// The arithmetic of one run.
  package var arithmetic: ArithmeticCount {
    switch self {
    case .loopNest(let nest): nest.arithmetic
    case .group(let group):
      group.stages.reduce(ArithmeticCount()) { $0 + $1.nest.arithmetic }
    case .contraction(let product):
      ArithmeticCount(
        multiplyAdds: product.batch *| product.rows *| product.columns *| product.inner)
        + (product.epilogue?.arithmetic ?? ArithmeticCount())
    case .gather: ArithmeticCount()
    case .scatterAdd(let copy):
      ArithmeticCount(multiplyAdds: copy.outer *| copy.count *| copy.inner)
    }
  }
}

extension LoopNest {
  /// One multiply-add for each function, comparison, selection and combination at each point; what is read,
  /// written or converted is none.
  package var arithmetic: ArithmeticCount {
    var point = ArithmeticCount(multiplyAdds: outputs.count { $0.combiner != nil })
    for step in program.steps {
      switch step.instruction {
      case .load, .constant, .index, .cast: break
      case .unary(let function, _) where function.isTranscendental: point.functions += 1
      case .binary(.power, _, _): point.functions += 1
      case .unary, .binary, .compare, .select: point.multiplyAdds += 1
      }
    }
    return ArithmeticCount(
      multiplyAdds: pointCount *| point.multiplyAdds, functions: pointCount *| point.functions)
  }
}
