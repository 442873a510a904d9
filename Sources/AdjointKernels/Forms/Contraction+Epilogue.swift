import AdjointCore

// Element-wise work on the elements of a product before they leave the registers.
extension Contraction {
  /// The extents of the result, which are an epilogue's loops.
  package var extents: PerAxis<Int> { [batch, rows, columns] }

  /// The access to the element at the point, which an epilogue has to the product and its results.
  package func pointAccess(_ type: ScalarType) -> Access {
    Access(type, extents: Array(extents), map: .identity(rank: 3))
  }

  /// The epilogue of a product without one: it stores what it is given.
  package var plainEpilogue: LoopNest {
    var program = ScalarProgram()
    let element = program.append(.load(input: 0), scalarType)
    let access = pointAccess(scalarType)
    return LoopNest(
      extents: extents,
      inputs: [LoopNest.Input(.product, access: access)], program: program,
      outputs: [LoopNest.Output(result: 0, step: element, access: access)])
  }

  /// The epilogue as a nest that runs after the product, which is in result 0 then and read there:
  /// storing the product there again is left out.
  package var epilogueAsSeparateNest: LoopNest? {
    guard var nest = epilogue else { return nil }
    nest.outputs.removeAll { output in
      guard output.target == .result(0),
        case .load(let input) = nest.program.steps[output.step].instruction
      else { return false }
      return nest.inputs[input].source == .product
    }
    for input in nest.inputs.indices where nest.inputs[input].source == .product {
      nest.inputs[input].source = .result(0)
    }
    return nest
  }

  /// Refuses an epilogue over other loops, one that does anything elsewhere than at the point, and one
  /// whose result 0 cannot hold the product while it is summed.
  package func checkEpilogue() throws(Diagnostic) {
    guard let epilogue else { return }
    guard epilogue.extents == extents else {
      throw Diagnostic(
        .invalidPlan, "an epilogue loops over \(epilogue.extents), its product has \(extents)")
    }
    for input in epilogue.inputs where input.source == .product {
      guard input.access == pointAccess(scalarType) else {
        throw Diagnostic(.invalidPlan, "an epilogue reads the product at other points or types")
      }
    }
    for output in epilogue.outputs {
      guard output.combiner == nil, output.access == pointAccess(output.access.scalarType) else {
        throw Diagnostic(.invalidPlan, "an epilogue stores \(output.target) at other points")
      }
    }
    guard Set(epilogue.outputs.map(\.target)).count == epilogue.outputs.count else {
      throw Diagnostic(.invalidPlan, "an epilogue stores a result twice")
    }
    let first = epilogue.outputs.first { $0.target == .result(0) }
    guard first?.access.scalarType == scalarType else {
      throw Diagnostic(
        .invalidPlan,
        "result 0 of an epilogue holds the product while it is summed, so it is of "
          + scalarType.rawValue)
    }
  }

  /// Whether a result may be written over an operand.
  ///
  /// Result 0 holds the product while it is summed, so it may lie over nothing that is read later: over
  /// the addend alone, with which the sum begins. The matrices are read again for other points.
  func mayAlias(result: Int, operand: Int) -> Bool {
    let isAddend = addendScale != nil && operand == 2
    guard let epilogue else { return isAddend && result == 0 }
    if operand < 2 { return false }
    guard result == 0 else { return epilogue.mayAlias(result: result, operand: operand) }
    return isAddend && !epilogue.inputs.contains { $0.source == .operand(operand) }
  }
}
