/// The steps between which a buffer holds its value.
package struct BufferLifetime: Hashable, Sendable {
  /// The first step that writes it; nil where none does.
  package var first: PlanStepNumber?
  /// The last step that writes or reads it, or the end of the steps for what is there when a run ends; nil where
  /// no step does and nobody outside.
  package var last: PlanStepNumber?
}

extension Plan {
  /// When each buffer is written first and used last.
  ///
  /// Inputs, parameters and constants keep their bytes besides, from run to run.
  package var lifetimes: PerBuffer<BufferLifetime> {
    var lifetimes = PerBuffer(repeating: BufferLifetime(), count: buffers.count)
    for (number, step) in steps.numbered {
      for buffer in step.results {
        lifetimes[buffer].first = lifetimes[buffer].first ?? number
        lifetimes[buffer].last = number
      }
      for buffer in step.operands { lifetimes[buffer].last = number }
    }
    for port in outputs { lifetimes[port.buffer].last = steps.endIndex }
    for number in nextParameters.keys { lifetimes[number].last = steps.endIndex }
    return lifetimes
  }

  /// The names of the inputs and parameters that buffers are written over, by the numbers of these buffers.
  package var nextParameters: [BufferNumber: String] {
    var names: [BufferNumber: String] = [:]
    for port in inputs + parameters { names[port.buffer] = port.name }
    var next: [BufferNumber: String] = [:]
    for (number, buffer) in buffers.numbered {
      if case .inPlace(let other) = buffer.role, let name = names[other] {
        next[number] = name
      }
    }
    return next
  }
}
