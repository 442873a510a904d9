/// What a loop nest that is interpreted finds behind the names it uses.
struct NestBuffers {
  var operands: [ScalarBuffer]
  var results: [ScalarBuffer]
  var locals: [ScalarBuffer] = []
  /// The product whose epilogue the nest is, where it is one.
  var products: [ScalarBuffer] = []

  init(operands: [ScalarBuffer], results: [ScalarBuffer]) {
    self.operands = operands
    self.results = results
  }

  /// The buffer of a slot; a value of a kernel graph is among the operands.
  subscript(slot: Slot) -> ScalarBuffer {
    _read {
      switch slot {
      case .operand(let number): yield operands[number]
      case .result(let number): yield results[number]
      case .local(let number): yield locals[number]
      case .product: yield products[0]
      case .value(let number): yield operands[number]
      }
    }
    _modify {
      switch slot {
      case .operand(let number): yield &operands[number]
      case .result(let number): yield &results[number]
      case .local(let number): yield &locals[number]
      case .product: yield &products[0]
      case .value(let number): yield &operands[number]
      }
    }
  }
}
