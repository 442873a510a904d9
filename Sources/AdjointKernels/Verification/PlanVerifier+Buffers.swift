import AdjointCore

extension PlanVerifier {
  /// Places, sizes and roles of buffers, one by one.
  mutating func checkBuffers() throws(Diagnostic) {
    guard plan.arenaByteCount >= 0, plan.arenaByteCount % Plan.alignment == 0 else {
      throw failure("the arena has \(plan.arenaByteCount) bytes, no multiple of \(Plan.alignment)")
    }
    var end = 0
    for (number, buffer) in plan.buffers.numbered {
      do {
        try buffer.type.validate()
        _ = try buffer.type.boundExtents()
      } catch {
        throw failure("\(name(buffer: number)): \(error.message)")
      }
      guard buffer.offset >= 0, buffer.offset % Plan.alignment == 0,
        buffer.byteCount <= plan.arenaByteCount,
        buffer.offset <= plan.arenaByteCount - buffer.byteCount
      else {
        throw failure(
          "\(name(buffer: number)) at \(buffer.offset) is not aligned inside the arena of "
            + "\(plan.arenaByteCount) bytes")
      }
      if buffer.byteCount > 0 { end = max(end, buffer.offset + buffer.byteCount) }
      contents.append(try checkRole(of: number))
    }
    // Whoever makes an arena of that size has a use for all of it.
    guard plan.arenaByteCount - end < Plan.alignment else {
      throw failure(
        "the arena has \(plan.arenaByteCount) bytes, but its last buffer ends at \(end)")
    }
  }

  /// Checks what a buffer says of others and of constants, and returns the buffer whose bytes it
  /// shows.
  private func checkRole(of number: BufferNumber) throws(Diagnostic) -> BufferNumber {
    let buffer = plan.buffers[number]
    let constant = plan.constants[number]
    switch buffer.role {
    case .constant:
      guard let constant, constant.type == buffer.type else {
        throw failure("\(name(buffer: number)) is a constant without a content of its type")
      }
      return number
    case .temporary, .input, .parameter, .view, .inPlace:
      guard constant == nil else {
        throw failure("\(name(buffer: number)) has a constant content but is no constant")
      }
    }
    guard let other = buffer.role.otherBuffer else { return number }
    guard other >= 0, other < number else {
      throw failure("\(name(buffer: number)) shares the bytes of buffer \(other), none before it")
    }
    guard plan.buffers[other].offset == buffer.offset,
      plan.buffers[other].byteCount == buffer.byteCount
    else {
      throw failure("\(name(buffer: number)) does not lie where \(name(buffer: other)) does")
    }
    guard case .view = buffer.role else { return number }
    guard plan.buffers[other].type.scalarType == buffer.type.scalarType else {
      throw failure("\(name(buffer: number)) is a view of another scalar type")
    }
    return contents[other]
  }

  /// The names outside, and that each input and parameter has one.
  mutating func checkPorts() throws(Diagnostic) {
    guard plan.constants.keys.allSatisfy({ plan.buffers.indices.contains($0) }) else {
      throw failure("a constant content is given for no buffer")
    }
    for ports in [plan.inputs, plan.parameters, plan.outputs] {
      var names: Set<String> = []
      for port in ports {
        guard plan.buffers.indices.contains(port.buffer) else {
          throw failure("\(port.name) is buffer \(port.buffer), which there is not")
        }
        guard names.insert(port.name).inserted else {
          throw failure("two ports are named \(port.name)")
        }
      }
    }
    for (number, buffer) in plan.buffers.numbered {
      switch buffer.role {
      case .input, .constant: lastRead[number] = .after
      case .parameter, .temporary, .view, .inPlace: continue
      }
    }
    try checkPorts(plan.inputs, role: .input)
    try checkPorts(plan.parameters, role: .parameter)
    for port in plan.outputs { lastRead[contents[port.buffer]] = .after }
  }

  private func checkPorts(_ ports: [Plan.Port], role: Plan.Buffer.Role) throws(Diagnostic) {
    let named = Set(ports.map(\.buffer))
    guard named.count == ports.count,
      plan.buffers.indices.allSatisfy({ (plan.buffers[$0].role == role) == named.contains($0) })
    else {
      throw failure("the ports that are a plan's \(role)s are not those of its buffers")
    }
  }
}
