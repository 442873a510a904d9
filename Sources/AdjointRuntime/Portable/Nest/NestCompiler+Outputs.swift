import AdjointCore
import AdjointKernels

extension NestCompiler {
  /// Writes down what becomes of an output at the end of a tile.
  mutating func finish(_ number: Int, _ reduced: Set<AxisNumber>) {
    let output = nest.outputs[number]
    if let combiner = output.combiner {
      reduce(number, combiner, reduced)
    } else if directOutput[output.step] != number {
      let shape = tiling.shape(of: output.access)
      draft.stores.append(
        BlockStore(
          source: operand(output.step), destination: nest.inputs.count + number,
          size: output.access.scalarType.byteCount,
          isFlat: shape == .flat || tilePoints == 1,
          rowStride: tiling.rowStride(of: output.access),
          columnStride: tiling.columnStride(of: output.access)))
    }
  }

  private mutating func reduce(_ number: Int, _ combiner: Combiner, _ reduced: Set<AxisNumber>) {
    let output = nest.outputs[number]
    let type = output.access.scalarType
    let reducesRows = tiling.row.map(reduced.contains) ?? true
    let reducesColumns = tiling.column.map(reduced.contains) ?? true
    let kept = (reducesRows ? 1 : draft.tile.rows) * (reducesColumns ? 1 : draft.tile.columns)
    var reduction = BlockReduction(
      source: vectorSlot(of: output.step), destination: nest.inputs.count + number, type: type,
      combiner: combiner, identity: ScalarLiteral.identity(of: combiner, type).bits(as: type),
      accumulators: draft.reserve(kept * type.byteCount), wideAccumulators: 0,
      reducesRows: reducesRows, reducesColumns: reducesColumns,
      rowStride: reducesRows ? 0 : tiling.rowStride(of: output.access),
      columnStride: reducesColumns ? 0 : tiling.columnStride(of: output.access))
    if reduction.isWide { reduction.wideAccumulators = draft.reserve(kept * 8) }
    if draft.reductions.isEmpty { draft.reductionOffset = draft.reserve(tilePoints * 8) }
    draft.partByteCount += (kept * reduction.carriedSize + 63) / 64 * 64
    draft.reductions.append(reduction)
  }

  /// The slot of a value at every point, made from a scalar where need be.
  private mutating func vectorSlot(of step: InstructionNumber) -> Int {
    if values[step].isVector || tilePoints == 1 { return values[step].slot }
    let type = nest.steps[step].type
    let slot = draft.addRegister(points: tilePoints, size: type.byteCount, isVector: true)
    var instruction = BlockInstruction(
      operation: .expand, type: type, destination: slot, isVector: true)
    instruction.a = operand(step)
    if values[step].level == .setup {
      draft.setup.append(instruction)
    } else {
      draft.body.append(instruction)
    }
    return slot
  }
}
