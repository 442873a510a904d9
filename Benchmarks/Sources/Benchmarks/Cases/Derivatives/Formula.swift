import Adjoint

/// A function stated twice: as a graph, and in plain loops in f64 that share no code with it.
protocol Formula: Sendable {
  /// What goes in, the same numbers on every machine.
  func operands() throws(Diagnostic) -> [Operand]
  /// The function of the operands, in their order.
  func value(of operands: [Value]) throws(Diagnostic) -> Value
  /// The same, element by element.
  func reference(_ operands: [[Double]]) -> [Double]
}

/// An operand of a formula, an input of its graph.
struct Operand {
  let name: String
  let tensor: Tensor
  /// Whether derivatives are with respect to it.
  let isSource: Bool

  /// What derivatives are with respect to, in f64.
  static func source(
    _ name: String, _ numbers: [Double], _ extents: Int...
  ) throws(Diagnostic) -> Operand {
    Operand(name: name, tensor: try Tensor(numbers, extents: extents), isSource: true)
  }

  /// Numbers that stay as they are, in f64.
  static func data(
    _ name: String, _ numbers: [Double], _ extents: Int...
  ) throws(Diagnostic) -> Operand {
    Operand(name: name, tensor: try Tensor(numbers, extents: extents), isSource: false)
  }

  /// What derivatives are with respect to, in f32.
  static func source(
    _ name: String, _ numbers: [Float], _ extents: Int...
  ) throws(Diagnostic) -> Operand {
    Operand(name: name, tensor: try Tensor(numbers, extents: extents), isSource: true)
  }

  /// Numbers that stay as they are, in f32.
  static func data(
    _ name: String, _ numbers: [Float], _ extents: Int...
  ) throws(Diagnostic) -> Operand {
    Operand(name: name, tensor: try Tensor(numbers, extents: extents), isSource: false)
  }

  /// Whole numbers that stay as they are.
  static func indices(_ name: String, _ numbers: [Int32]) throws(Diagnostic) -> Operand {
    Operand(name: name, tensor: try Tensor(numbers), isSource: false)
  }
}

extension RandomNumbers {
  /// Evenly distributed on a range, as f64.
  static func doubles(
    _ count: Int, _ name: String, from least: Double = -1, to most: Double = 1
  ) -> [Double] {
    uniform(count, name, from: least, to: most).map(Double.init)
  }
}

extension Work {
  /// Arithmetic in f32; elements of 4 bytes in and out.
  static func single(operations: Int, read: Int, written: Int) -> Work {
    Work(
      operations: Double(operations), bytesRead: 4 * Double(read),
      bytesWritten: 4 * Double(written))
  }

  /// Arithmetic in f64, which counts twice, since a vector holds half as many; elements of 8 bytes in and out.
  static func double(operations: Int, read: Int, written: Int) -> Work {
    Work(
      operations: 2 * Double(operations), bytesRead: 8 * Double(read),
      bytesWritten: 8 * Double(written))
  }
}

extension Case {
  /// Derivatives of a formula; `write` declares the outputs, `check` compares what the first run gave.
  static func of(
    _ formula: any Formula, _ name: String, _ summary: String, _ work: Work,
    outputs write: @escaping @Sendable (GraphBuilder, Value, [NamedValue]) -> Void,
    check: @escaping @Sendable (FormulaCheck) throws(Diagnostic) -> Void
  ) -> Case {
    Case(name: name, summary: summary, limit: .work(work)) { () throws(Diagnostic) in
      let operands = try formula.operands()
      let builder = GraphBuilder(name)
      let values = operands.map {
        builder.input($0.name, $0.tensor.scalarType, $0.tensor.type.shape)
      }
      let sources = zip(operands, values).filter { $0.0.isSource }
      write(
        builder, try formula.value(of: values),
        sources.map { NamedValue(name: $0.0.name, value: $0.1) })
      return Workload(graph: try builder.build()) { (_) throws(Diagnostic) in
        Start(inputs: Dictionary(uniqueKeysWithValues: operands.map { ($0.name, $0.tensor) })) {
          (context) throws(Diagnostic) in
          try check(FormulaCheck(formula: formula, operands: operands, context: context))
        }
      }
    }
  }

  /// The value of a scalar formula and its gradient with respect to each source.
  static func gradient(
    _ formula: any Formula, _ name: String, _ summary: String, _ work: Work
  ) -> Case {
    of(formula, name, "\(summary): value and gradient", work) { (builder, value, sources) in
      builder.output("value", value)
      let slopes = gradients(of: value, withRespectTo: sources.map(\.value))
      for (source, slope) in zip(sources, slopes) {
        builder.output("gradient.\(source.name)", slope)
      }
    } check: { (check) throws(Diagnostic) in
      try check.expectValue()
      try check.expectGradients()
    }
  }

  /// The Jacobian of a formula with respect to its one source.
  static func jacobian(
    _ formula: any Formula, _ name: String, _ summary: String, _ work: Work,
    by order: JacobianOrder = .cheaper
  ) -> Case {
    of(formula, name, "\(summary): Jacobian", work) { (builder, value, sources) in
      for source in sources {
        builder.output(
          "jacobian.\(source.name)",
          Adjoint.jacobian(of: value, withRespectTo: source.value, by: order))
      }
    } check: { (check) throws(Diagnostic) in
      try check.expectJacobian()
    }
  }

  /// The Hessian of a scalar formula with respect to its one source.
  static func hessian(
    _ formula: any Formula, _ name: String, _ summary: String, _ work: Work
  ) -> Case {
    of(formula, name, "\(summary): Hessian", work) { (builder, value, sources) in
      for source in sources {
        builder.output(
          "hessian.\(source.name)", Adjoint.hessian(of: value, withRespectTo: source.value))
      }
    } check: { (check) throws(Diagnostic) in
      try check.expectHessian()
    }
  }
}

/// A value with the name of the operand that it is.
struct NamedValue {
  let name: String
  let value: Value
}
