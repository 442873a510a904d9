/// One run of a compiled nest on the buffers of a step: what all its threads share.
struct NestRun {
  let nest: CompiledNest
  let arena: UnsafeMutableRawPointer
  /// Byte offsets of the step's operands and results in the arena.
  let operands: UnsafePointer<Int>
  let results: UnsafePointer<Int>
  /// Scratch memory of worker 0; that of the others follows at a fixed distance.
  let scratch: UnsafeMutableRawPointer
  let scratchStride: Int
  /// Where parts of reduces leave their accumulators.
  let partials: UnsafeMutableRawPointer

  /// Whether several threads do a nest together.
  static func isShared(_ nest: CompiledNest, _ locality: Locality, _ least: LeastShared) -> Bool {
    nest.itemCount > 1 && least.isReached(by: nest.cost, locality)
  }

  /// Runs it on at most so many threads.
  func run(
    threads: Int, on pool: @autoclosure () -> ThreadPool, _ sharing: some WorkSharing
  ) {
    if threads > 1 {
      share(threads: threads, pool(), sharing)
    } else {
      NestWorker(self, worker: 0).run(from: 0, to: nest.itemCount)
    }
    if nest.partsPerTile > 1 { NestWorker(self, worker: 0).joinParts() }
  }

  /// Not inlined: what is done for threads would be in the way of a run on one.
  @inline(never)
  private func share(threads: Int, _ pool: ThreadPool, _ sharing: some WorkSharing) {
    withUnsafePointer(to: self) { run in
      sharing.run(
        itemCount: nest.itemCount, threads: threads, on: pool,
        context: UnsafeMutableRawPointer(mutating: run)
      ) { context, worker, from, to in
        let run = context.assumingMemoryBound(to: NestRun.self)
        NestWorker(run.pointee, worker: worker).run(from: from, to: to)
      }
    }
  }
}

/// One thread's share of a run: its slots, positions and registers lie in its own scratch memory.
struct NestWorker {
  let run: NestRun
  let nest: CompiledNest
  let scratch: UnsafeMutableRawPointer
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  let positions: UnsafeMutablePointer<Int>

  init(_ run: NestRun, worker: Int) {
    self.run = run
    nest = run.nest
    scratch = run.scratch + worker * run.scratchStride
    slots = (scratch + nest.slotsOffset).assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    positions = (scratch + nest.positionsOffset).assumingMemoryBound(to: Int.self)
  }

  func run(from: Int, to: Int) {
    if from >= to { return }
    let registers = slots + nest.pointers.count
    for register in 0..<nest.registers.count {
      registers[register] = scratch + nest.registers.base[register]
    }
    let parts = nest.partsPerTile
    seek(kept: from / parts, reduced: 0)
    let tile = nest.tile
    execute(nest.setup, rows: tile.rows, columns: tile.columns)
    if parts == 1 {
      for _ in from..<to {
        runTiles(nest.reducedTiles)
        finishReductions()
        advance(from: 0, to: nest.keptLoops)
      }
    } else {
      for item in from..<to { runPart(item) }
    }
  }

  // MARK: Loops

  /// Points every pointer at the tile with these numbers.
  private func seek(kept: Int, reduced: Int) {
    let pointerCount = nest.pointers.count
    for pointer in 0..<pointerCount {
      let entry = nest.pointers.base[pointer]
      let offset = entry.isResult ? run.results[entry.buffer] : run.operands[entry.buffer]
      slots[pointer] = run.arena + (offset + entry.byteOffset)
    }
    seek(kept, from: 0, to: nest.keptLoops)
    seek(reduced, from: nest.keptLoops, to: nest.loops.count)
  }

  private func seek(_ number: Int, from first: Int, to end: Int) {
    var rest = number
    var loop = end - 1
    while loop >= first {
      let count = nest.loops.base[loop].count
      positions[loop] = rest % count
      rest /= count
      if positions[loop] != 0 { move(loop, by: positions[loop]) }
      loop -= 1
    }
  }

  @inline(__always)
  private func move(_ loop: Int, by steps: Int) {
    let pointerCount = nest.pointers.count
    let advances = nest.advances.base + loop * pointerCount
    for pointer in 0..<pointerCount { slots[pointer] += advances[pointer] &* steps }
  }

  /// On to the next tile of these loops, from the last one back to the first.
  private func advance(from first: Int, to end: Int) {
    var loop = end - 1
    while loop >= first {
      let last = nest.loops.base[loop].count - 1
      if positions[loop] < last {
        positions[loop] += 1
        move(loop, by: 1)
        return
      }
      positions[loop] = 0
      if last > 0 { move(loop, by: -last) }
      loop -= 1
    }
  }

  private var rows: Int {
    let tile = nest.tile
    guard let loop = tile.rowLoop else { return 1 }
    let isLast = positions[loop] == nest.loops.base[loop].count - 1
    return isLast ? tile.lastRows : tile.rows
  }

  private var columns: Int {
    let tile = nest.tile
    guard let loop = tile.columnLoop else { return 1 }
    let isLast = positions[loop] == nest.loops.base[loop].count - 1
    return isLast ? tile.lastColumns : tile.columns
  }

  /// Does tiles of the reduced loops; there is one where nothing is reduced.
  private func runTiles(_ count: Int) {
    let (reductionCount, storeCount) = (nest.reductions.count, nest.stores.count)
    for reduction in 0..<reductionCount { begin(nest.reductions.base[reduction]) }
    var pending = 0
    for _ in 0..<count {
      let (rows, columns) = (rows, columns)
      if nest.once.count > 0 { execute(nest.once, rows: 1, columns: 1) }
      execute(nest.body, rows: rows, columns: columns)
      if reductionCount > 0 {
        // Reductions come before stores, which may write over what is reduced.
        pending += nest.reductions.base[0].reducesRows ? rows : 1
        for reduction in 0..<reductionCount {
          accumulate(nest.reductions.base[reduction], rows: rows, columns: columns)
        }
        if pending >= 64 {
          carry(rows: rows, columns: columns)
          pending = 0
        }
      }
      for store in 0..<storeCount { write(nest.stores.base[store], rows: rows, columns: columns) }
      advance(from: nest.keptLoops, to: nest.loops.count)
    }
    if reductionCount > 0 { carry(rows: rows, columns: columns) }
  }

  private func carry(rows: Int, columns: Int) {
    for reduction in 0..<nest.reductions.count {
      carry(nest.reductions.base[reduction], rows: rows, columns: columns)
    }
  }

  private func finishReductions() {
    for reduction in 0..<nest.reductions.count {
      finish(nest.reductions.base[reduction], rows: rows, columns: columns)
    }
  }

  private func write(_ store: BlockStore, rows: Int, columns: Int) {
    let source = slots[store.source.slot]
    let destination = slots[store.destination]
    let count = rows * columns
    if store.isFlat {
      if store.source.isScalar {
        BlockMovement.fill(source, destination, count, size: store.size)
      } else {
        destination.copyMemory(from: source, byteCount: count * store.size)
      }
    } else if store.source.isScalar {
      BlockMovement.spread(
        source, destination, rowStride: store.rowStride, columnStride: store.columnStride,
        BlockMovement.Tile(rows: rows, columns: columns, size: store.size))
    } else {
      BlockMovement.scatter(
        source, destination, rowStride: store.rowStride, columnStride: store.columnStride,
        BlockMovement.Tile(rows: rows, columns: columns, size: store.size))
    }
  }

  // MARK: Parts

  private func runPart(_ item: Int) {
    let parts = nest.partsPerTile
    let part = item % parts
    let first = nest.reducedTiles * part / parts
    let end = nest.reducedTiles * (part + 1) / parts
    seek(kept: item / parts, reduced: first)
    runTiles(end - first)
    var place = run.partials + item * nest.partByteCount
    for reduction in 0..<nest.reductions.count {
      place += save(nest.reductions.base[reduction], to: place)
    }
  }

  /// Puts the parts of every tile together, in order.
  func joinParts() {
    let parts = nest.partsPerTile
    for kept in 0..<nest.keptTiles {
      seek(kept: kept, reduced: 0)
      for part in 0..<parts {
        var place = run.partials + (kept * parts + part) * nest.partByteCount
        for reduction in 0..<nest.reductions.count {
          place += restore(nest.reductions.base[reduction], from: place, isFirst: part == 0)
        }
      }
      finishReductions()
    }
  }
}
