import AdjointCore

/// The slow, obvious meaning of every kernel, by which the back ends are judged.
package enum KernelInterpreter {
  /// Runs kernels over the operands of one node and returns its results.
  ///
  /// Elements that no kernel writes are zero, or what `initial` has for them; a reduction starts from
  /// its combiner's identity.
  package static func run(
    _ kernels: [Kernel], operands: [Tensor], resultTypes: [TensorType], over initial: [Tensor] = []
  ) throws(Diagnostic) -> [Tensor] {
    let inputs = operands.map(ScalarBuffer.init)
    var results = initial.map(ScalarBuffer.init)
    for type in resultTypes.dropFirst(results.count) {
      results.append(try ScalarBuffer(zerosOf: type))
    }
    for kernel in kernels {
      switch kernel {
      case .loopNest(let nest):
        var buffers = NestBuffers(operands: inputs, results: results)
        run(nest, &buffers)
        results = buffers.results
      case .group(let group): try run(group, inputs, &results)
      case .contraction(let product): try run(product, inputs, &results)
      case .gather(let copy): gather(copy, inputs, &results[0])
      case .scatterAdd(let copy): scatterAdd(copy, inputs, &results[0])
      }
    }
    var tensors: [Tensor] = []
    for result in results { tensors.append(try result.tensor()) }
    return tensors
  }

  private static func run(_ nest: LoopNest, _ buffers: inout NestBuffers) {
    for output in nest.outputs {
      guard let combiner = output.combiner else { continue }
      let type = output.access.scalarType
      let identity = ScalarValue(.identity(of: combiner, type), type)
      buffers[output.target].fill(identity)
    }
    forEachPosition(of: nest.extents) { position in
      var values: PerInstruction<ScalarValue> = []
      values.reserveCapacity(nest.program.steps.count)
      for step in nest.program.steps {
        values.append(evaluate(step, nest, position, values, buffers))
      }
      for output in nest.outputs {
        let place = output.access.offset(at: position)
        if let combiner = output.combiner {
          let sum = buffers[output.target][place].apply(combiner.function, values[output.step])
          buffers[output.target][place] = sum
        } else {
          buffers[output.target][place] = values[output.step]
        }
      }
    }
  }

  /// Runs a group's stages one after another over all rows.
  private static func run(
    _ group: FusionGroup, _ inputs: [ScalarBuffer], _ results: inout [ScalarBuffer]
  ) throws(Diagnostic) {
    var buffers = NestBuffers(operands: inputs, results: results)
    for local in group.locals {
      let type = TensorType(local.scalarType, extents: [local.elementCount])
      buffers.locals.append(try ScalarBuffer(zerosOf: type))
    }
    for stage in group.stages { run(stage.nest, &buffers) }
    results = buffers.results
  }

  private static func evaluate(
    _ step: ScalarProgram.Step, _ nest: LoopNest, _ position: PerAxis<Int>,
    _ values: PerInstruction<ScalarValue>, _ buffers: NestBuffers
  ) -> ScalarValue {
    switch step.instruction {
    case .load(let number):
      let input = nest.inputs[number]
      return buffers[input.source][input.access.offset(at: position)]
    case .constant(let literal): return ScalarValue(literal, step.type)
    case .index(let index):
      return ScalarValue.i64(Int64(index.index(at: position))).cast(to: step.type)
    case .unary(let function, let a): return values[a].apply(function)
    case .binary(let function, let a, let b): return values[a].apply(function, values[b])
    case .compare(let comparison, let a, let b): return values[a].apply(comparison, values[b])
    case .select(let condition, let a, let b):
      return values[condition].isTrue ? values[a] : values[b]
    case .cast(let a): return values[a].cast(to: step.type)
    }
  }

  private static func run(
    _ product: Contraction, _ inputs: [ScalarBuffer], _ results: inout [ScalarBuffer]
  ) throws(Diagnostic) {
    guard let epilogue = product.epilogue else { return multiply(product, inputs, &results[0]) }
    var elements = try ScalarBuffer(
      zerosOf: TensorType(product.scalarType, extents: Array(product.extents)))
    multiply(product, inputs, &elements)
    var buffers = NestBuffers(operands: inputs, results: results)
    buffers.products = [elements]
    run(epilogue, &buffers)
    results = buffers.results
  }

  private static func multiply(
    _ product: Contraction, _ inputs: [ScalarBuffer], _ result: inout ScalarBuffer
  ) {
    let layout = product.resultLayout
    for matrix in 0..<product.batch {
      let a = product.start(of: matrix, in: product.left)
      let b = product.start(of: matrix, in: product.right)
      let c = product.start(of: matrix, in: layout)
      for i in 0..<product.rows {
        for j in 0..<product.columns {
          // Accumulated in double precision and rounded once, whatever the type.
          var sum = 0.0
          for k in 0..<product.inner {
            sum +=
              inputs[0][a + product.left.offset(i, k)].double
              * inputs[1][b + product.right.offset(k, j)].double
          }
          let place = c + layout.offset(i, j)
          // Rounded after each operation, as kernels of one operation each would be; a back end may
          // round less often.
          var value = Self.rounded(sum, product.scalarType)
          if product.scale != 1 { value = Self.rounded(product.scale * value, product.scalarType) }
          if let scale = product.addendScale {
            value += Self.rounded(scale * inputs[2][place].double, product.scalarType)
          }
          result[place] = ScalarValue.f64(value).cast(to: product.scalarType)
        }
      }
    }
  }

  private static func rounded(_ value: Double, _ type: ScalarType) -> Double {
    ScalarValue.f64(value).cast(to: type).double
  }

  private static func gather(
    _ copy: IndexedCopy, _ inputs: [ScalarBuffer], _ result: inout ScalarBuffer
  ) {
    forEachPosition(of: [copy.outer, copy.count, copy.inner]) { position in
      let index = inputs[1][position[1]].integer
      let place = (position[0] * copy.count + position[1]) * copy.inner + position[2]
      if index >= 0, index < Int64(copy.extent) {
        result[place] =
          inputs[0][(position[0] * copy.extent + Int(index)) * copy.inner + position[2]]
      } else {
        result[place] =
          copy.scalarType == .bool
          ? .bool(false) : ScalarValue.f64(.nan).cast(to: copy.scalarType)
      }
    }
  }

  private static func scatterAdd(
    _ copy: IndexedCopy, _ inputs: [ScalarBuffer], _ result: inout ScalarBuffer
  ) {
    result = inputs[0]
    forEachPosition(of: [copy.outer, copy.count, copy.inner]) { position in
      let index = inputs[1][position[1]].integer
      guard index >= 0, index < Int64(copy.extent) else { return }
      let place = (position[0] * copy.extent + Int(index)) * copy.inner + position[2]
      let update = inputs[2][(position[0] * copy.count + position[1]) * copy.inner + position[2]]
      result[place] = result[place].apply(.add, update)
    }
  }

  /// Calls the body for every position of an iteration space, the last axis fastest.
  private static func forEachPosition(of extents: PerAxis<Int>, _ body: (PerAxis<Int>) -> Void) {
    guard !extents.contains(0) else { return }
    var position = PerAxis(repeating: 0, count: extents.count)
    while true {
      body(position)
      // As a clock goes on: the last axis that is not at its end, and those behind it from the beginning.
      guard let next = extents.indices.last(where: { position[$0] < extents[$0] - 1 }) else {
        return
      }
      position[next] += 1
      for axis in next.advanced(by: 1)..<extents.endIndex { position[axis] = 0 }
    }
  }
}

extension Access {
  /// The element's place in its buffer at a position of the loop.
  fileprivate func offset(at position: PerAxis<Int>) -> Int {
    var offset = 0
    for (extent, index) in zip(extents, map.axes) {
      offset = offset * extent + index.index(at: position)
    }
    return offset
  }
}

extension Contraction.Layout {
  fileprivate func offset(_ row: Int, _ column: Int) -> Int {
    row * rowStride + column * columnStride
  }
}
