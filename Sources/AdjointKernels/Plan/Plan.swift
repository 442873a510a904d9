import AdjointCore

/// Everything an executor needs, as plain data: kernels in order and the place of every buffer in
/// one arena.
package struct Plan: Hashable, Sendable {
  /// A range of the arena that holds one value, or several in turn where views and in-place steps
  /// share it.
  package struct Buffer: Hashable, Sendable {
    /// What fills a buffer before the first step, and whether later runs find its content again.
    package enum Role: Hashable, Sendable {
      /// Written by a step; free after its last use.
      case temporary
      /// Written by the caller; no step writes it.
      case input
      /// Filled from its initialiser when a context is made, kept from run to run, and written by
      /// steps only where the plan updates it.
      case parameter
      /// Filled with `constants` when a context is made; no step writes it.
      case constant
      /// The bytes of another buffer under another shape.
      case view(of: BufferNumber)
      /// Written by a step over the bytes of a buffer which that step reads for the last time.
      case inPlace(of: BufferNumber)

      /// The buffer that it shares bytes with, if it is made of one.
      package var otherBuffer: BufferNumber? {
        switch self {
        case .view(let other), .inPlace(let other): other
        case .temporary, .input, .parameter, .constant: nil
        }
      }
    }

    /// The value's type, all extents known.
    package var type: TensorType
    /// Where it starts in the arena, in bytes; a multiple of `Plan.alignment`.
    package var offset: Int
    package var role: Role

    package init(type: TensorType, offset: Int, role: Role) {
      self.type = type
      self.offset = offset
      self.role = role
    }

    /// The bytes of its elements.
    package var byteCount: Int { (type.shape.elementCount ?? 0) * type.scalarType.byteCount }
  }

  /// One kernel applied to buffers.
  package struct Step: Hashable, Sendable {
    /// The number of the kernel in `kernels`.
    package var kernel: Int
    package var operands: [BufferNumber]
    package var results: [BufferNumber]
    /// What it computes, as a label: the names of the nodes it stands for.
    package var label: String

    package init(kernel: Int, operands: [BufferNumber], results: [BufferNumber], label: String) {
      self.kernel = kernel
      self.operands = operands
      self.results = results
      self.label = label
    }
  }

  /// A buffer that has a name outside.
  package struct Port: Hashable, Sendable {
    package var name: String
    package var buffer: BufferNumber

    package init(name: String, buffer: BufferNumber) {
      self.name = name
      self.buffer = buffer
    }
  }

  /// Every offset and the arena itself are multiples of this many bytes.
  package static let alignment = 64

  /// The kernels, each once however often it occurs.
  package var kernels: [Kernel] = []
  package var buffers: PerBuffer<Buffer> = []
  package var steps: PerPlanStep<Step> = []
  /// Where steps may run at the same time, in order.
  package var forks: [Fork] = []
  package var inputs: [Port] = []
  package var parameters: [Port] = []
  package var outputs: [Port] = []
  /// The content of the buffers whose role is `constant`.
  package var constants: [BufferNumber: Tensor] = [:]
  /// The size of the arena.
  package var arenaByteCount = 0
  /// The largest sum of bytes that are live at once: no plan for these steps can be smaller.
  package var lowerBoundByteCount = 0

  package init() {}
}
