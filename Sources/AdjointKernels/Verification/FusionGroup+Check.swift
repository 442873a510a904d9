import AdjointCore

extension FusionGroup {
  /// Refuses a group whose meaning could depend on the order of its rows.
  ///
  /// The stages have been checked one by one: every access is in bounds.
  ///
  /// - Throws: `.invalidPlan`.
  package func check() throws(Diagnostic) {
    // What has no more results than stores costs no more to look at than to read.
    let outputCount = stages.reduce(0) { $0 + $1.nest.outputs.count }
    guard operandCount >= 0, resultCount > 0, resultCount <= outputCount else {
      throw Diagnostic(
        .invalidPlan,
        "a fusion group has a result and no more of them than it writes, not \(resultCount)")
    }
    for local in locals {
      let size = try KernelFootprint.product([local.elementCount, local.scalarType.byteCount])
      guard size <= TensorType.maximumByteCount else {
        throw Diagnostic(
          .invalidPlan, "a local of a fusion group has \(size) bytes, more than a tensor may have")
      }
    }
    // What is known of each value once it is written.
    var written: [Local?] = Array(repeating: nil, count: valueCount)
    for (number, stage) in stages.enumerated() {
      guard stage.rowAxes >= 0, stage.rowAxes <= stage.nest.rank,
        try KernelFootprint.product(stage.nest.extents.prefix(stage.rowAxes)) == rows
      else { throw Diagnostic(.invalidPlan, "stage \(number) does not have \(rows) rows") }
      for input in stage.nest.inputs {
        if let operand = input.source.operand {
          guard operand < operandCount else {
            throw Diagnostic(
              .invalidPlan, "stage \(number) reads operand \(operand) of \(operandCount)")
          }
          continue
        }
        guard let place = place(of: input.source), written.indices.contains(place),
          let known = written[place], known == Local(input.access)
        else {
          throw Diagnostic(
            .invalidPlan,
            "stage \(number) reads \(input.source) before it is written, or as another")
        }
        try checkRow(input.access, of: stage, number)
      }
      for output in stage.nest.outputs {
        guard let place = place(of: output.target), written.indices.contains(place),
          written[place] == nil, stage.isComplete(output)
        else {
          throw Diagnostic(
            .invalidPlan, "stage \(number) does not write all of \(output.target) for once")
        }
        try checkRow(output.access, of: stage, number)
        written[place] = Local(output.access)
      }
    }
    for (value, known) in written.enumerated() {
      let isRight = value < resultCount ? known != nil : known == locals[value - resultCount]
      guard isRight else {
        throw Diagnostic(.invalidPlan, "no stage writes value \(value) as it is declared")
      }
    }
  }

  private func checkRow(
    _ access: Access, of stage: Stage, _ number: Int
  ) throws(Diagnostic) {
    guard stage.staysInRow(access, rows: rows) else {
      throw Diagnostic(.invalidPlan, "stage \(number) reaches into another row of a value")
    }
  }
}

extension FusionGroup.Local {
  fileprivate init(_ access: Access) {
    self.init(scalarType: access.scalarType, elementCount: access.elementCount)
  }
}
