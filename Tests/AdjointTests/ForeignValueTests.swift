import Adjoint
import AdjointTraining
import TestSupport
import Testing

/// Values of two builders in one call, for every public function that takes several values.
@Suite("Values of another builder")
struct ForeignValueTests {
  /// A call with a place for each value it takes; in methods of `Value` the first is the value
  /// itself, in those of `GraphBuilder` the value that says which builder is meant.
  private struct Call {
    let signature: String
    let count: Int
    let run: @Sendable ([Value]) throws -> Void

    init(_ signature: String, _ count: Int = 2, _ run: @escaping @Sendable ([Value]) throws -> Void)
    {
      self.signature = signature
      self.count = count
      self.run = run
    }
  }

  private static let infix: [Call] = [
    Call("Value.+(left: Value, right: Value)") { _ = $0[0] + $0[1] },
    Call("Value.-(left: Value, right: Value)") { _ = $0[0] - $0[1] },
    Call("Value.*(left: Value, right: Value)") { _ = $0[0] * $0[1] },
    Call("Value./(left: Value, right: Value)") { _ = $0[0] / $0[1] },
    Call("Value..==(left: Value, right: Value)") { _ = $0[0] .== $0[1] },
    Call("Value..!=(left: Value, right: Value)") { _ = $0[0] .!= $0[1] },
    Call("Value..<(left: Value, right: Value)") { _ = $0[0] .< $0[1] },
    Call("Value..<=(left: Value, right: Value)") { _ = $0[0] .<= $0[1] },
    Call("Value..>(left: Value, right: Value)") { _ = $0[0] .> $0[1] },
    Call("Value..>=(left: Value, right: Value)") { _ = $0[0] .>= $0[1] },
    Call("Value..&(left: Value, right: Value)") { _ = $0[0] .& $0[1] },
    Call("Value..|(left: Value, right: Value)") { _ = $0[0] .| $0[1] },
  ]

  private static let functions: [Call] = [
    Call("pow(_ x: Value, _ y: Value)") { _ = pow($0[0], $0[1]) },
    Call("max(_ x: Value, _ y: Value)") { _ = max($0[0], $0[1]) },
    Call("min(_ x: Value, _ y: Value)") { _ = min($0[0], $0[1]) },
    Call("matmul(_ left: Value, _ right: Value)") { _ = matmul($0[0], $0[1]) },
    Call(
      "dotGeneral(_ left: Value, _ right: Value, contracting pairs: [(left: Int, right: Int)], "
        + "batch: [(left: Int, right: Int)])"
    ) { _ = dotGeneral($0[0], $0[1], contracting: [(0, 0)]) },
    Call("select(_ condition: Value, _ ifTrue: Value, _ ifFalse: Value)", 3) {
      _ = select($0[0], $0[1], $0[2])
    },
    Call("select(_ condition: Value, _ ifTrue: Value, _ ifFalse: Double)") {
      _ = select($0[0], $0[1], 0 as Double)
    },
    Call("select(_ condition: Value, _ ifTrue: Double, _ ifFalse: Value)") {
      _ = select($0[0], 0 as Double, $0[1])
    },
    Call("select(_ condition: Value, _ ifTrue: Value, _ ifFalse: Integer)") {
      _ = select($0[0], $0[1], 0 as Int)
    },
    Call("select(_ condition: Value, _ ifTrue: Integer, _ ifFalse: Value)") {
      _ = select($0[0], 0 as Int, $0[1])
    },
    Call("Value.gathered(at indices: Value, axis: Int)") { _ = $0[0].gathered(at: $0[1]) },
    Call("Value.scatterAdding(_ updates: Value, at indices: Value, axis: Int)", 3) {
      _ = $0[0].scatterAdding($0[1], at: $0[2])
    },
    Call("attention(queries: Value, keys: Value, values: Value, mask: Value?)", 4) {
      _ = attention(queries: $0[0], keys: $0[1], values: $0[2], mask: $0[3])
    },
    Call("concatenate(_ values: [Value], axis: Int)", 3) { _ = concatenate($0, axis: 0) },
    Call("crossEntropy(logits: Value, indices: Value)") {
      _ = crossEntropy(logits: $0[0], indices: $0[1])
    },
    Call("crossEntropy(logits: Value, probabilities: Value)") {
      _ = crossEntropy(logits: $0[0], probabilities: $0[1])
    },
    Call("layerNorm(_ x: Value, scale: Value, offset: Value, axes: [Int], epsilon: Double)", 3) {
      _ = layerNorm($0[0], scale: $0[1], offset: $0[2])
    },
    Call("linear(_ input: Value, weight: Value, bias: Value?)", 3) {
      _ = linear($0[0], weight: $0[1], bias: $0[2])
    },
    Call("meanSquaredError(predictions: Value, targets: Value)") {
      _ = meanSquaredError(predictions: $0[0], targets: $0[1])
    },
    Call("gradients(of output: Value, withRespectTo inputs: [Value])", 3) {
      _ = gradients(of: $0[0], withRespectTo: [$0[1], $0[2]])
    },
    Call(
      "vectorJacobianProduct(of outputs: [Value], cotangents: [Value], "
        + "withRespectTo inputs: [Value])", 6
    ) {
      _ = vectorJacobianProduct(
        of: [$0[0], $0[1]], cotangents: [$0[2], $0[3]], withRespectTo: [$0[4], $0[5]])
    },
    Call(
      "jacobianVectorProduct(of outputs: [Value], withRespectTo inputs: [Value], "
        + "tangents: [Value])", 6
    ) {
      _ = jacobianVectorProduct(
        of: [$0[0], $0[1]], withRespectTo: [$0[2], $0[3]], tangents: [$0[4], $0[5]])
    },
    Call("Function.callAsFunction(_ operands: [Value])", 3) { values in
      _ = try Function("f", values.map(\.type)) { $0[0] }(values)
    },
    Call("GraphBuilder.call(_ function: Function, _ operands: [Value])", 3) { values in
      _ = values[0].builder.call(try Function("f", values.map(\.type)) { $0[0] }, values)
    },
    Call(
      "jacobianVectorProductByReverse(of outputs: [Value], withRespectTo inputs: [Value], "
        + "tangents: [Value])", 6
    ) {
      _ = jacobianVectorProductByReverse(
        of: [$0[0], $0[1]], withRespectTo: [$0[2], $0[3]], tangents: [$0[4], $0[5]])
    },
    Call("linearized(of outputs: [Value], withRespectTo inputs: [Value])", 4) {
      _ = linearized(of: [$0[0], $0[1]], withRespectTo: [$0[2], $0[3]])
    },
    Call("jacobian(of output: Value, withRespectTo input: Value, by order: JacobianOrder)") {
      _ = jacobian(of: $0[0], withRespectTo: $0[1])
    },
    Call("jacobian(of outputs: [Value], withRespectTo inputs: [Value], by order: JacobianOrder)", 4)
    {
      _ = jacobian(of: [$0[0], $0[1]], withRespectTo: [$0[2], $0[3]])
    },
    Call("hessian(of output: Value, withRespectTo input: Value)") {
      _ = hessian(of: $0[0], withRespectTo: $0[1])
    },
    Call("hessian(of output: Value, withRespectTo inputs: [Value])", 3) {
      _ = hessian(of: $0[0], withRespectTo: [$0[1], $0[2]])
    },
    Call("hessianDiagonal(of output: Value, withRespectTo inputs: [Value])", 3) {
      _ = hessianDiagonal(of: $0[0], withRespectTo: [$0[1], $0[2]])
    },
    Call(
      "hessianVectorProduct(of output: Value, withRespectTo inputs: [Value], tangents: [Value])", 5
    ) {
      _ = hessianVectorProduct(
        of: $0[0], withRespectTo: [$0[1], $0[2]], tangents: [$0[3], $0[4]])
    },
    Call(
      "vectorHessianVectorProduct(of output: Value, withRespectTo inputs: [Value], "
        + "left: [Value], right: [Value])", 5
    ) {
      _ = vectorHessianVectorProduct(
        of: $0[0], withRespectTo: [$0[1], $0[2]], left: [$0[3], $0[2]], right: [$0[4], $0[1]])
    },
    Call(
      "gaussNewtonProduct(of outputs: [Value], withRespectTo inputs: [Value], tangents: [Value])", 6
    ) {
      _ = gaussNewtonProduct(
        of: [$0[0], $0[1]], withRespectTo: [$0[2], $0[3]], tangents: [$0[4], $0[5]])
    },
    Call("GraphBuilder.output(_ name: String, _ value: Value)") {
      $0[0].builder.output("y", $0[1])
    },
    Call("GraphBuilder.output(_ handle: OutputHandle<Element>, _ value: Value)") {
      $0[0].builder.output(OutputHandle<Float>("y"), $0[1])
    },
    Call("GraphBuilder.update(_ parameter: Value, to value: Value)", 3) {
      $0[0].builder.update($0[1], to: $0[2])
    },
  ]

  /// Types of which at least one lets every call get as far as it can.
  private static let types: [TensorType] = [
    TensorType(.f32, .scalar), TensorType(.f32, [2]), TensorType(.f32, [2, 2]),
    TensorType(.bool, [2]), TensorType(.i32, [2]), TensorType(.f32, [1, 2]),
  ]

  @Test("are refused by every function that takes several values", arguments: [false, true])
  func refused(_ haveOneName: Bool) throws {
    for call in Self.infix + Self.functions {
      let isInfix = Self.infix.contains { $0.signature == call.signature }
      for type in Self.types {
        for foreign in 0..<call.count {
          let builder = GraphBuilder("ours")
          let other = GraphBuilder(haveOneName ? "ours" : "theirs")
          // The same nodes in both, so that a number alone would do.
          var ours: [Value] = []
          var theirs: [Value] = []
          for place in 0..<call.count {
            let name = "x\(place)"
            ours.append(builder.parameter(name, type.scalarType, type.shape))
            theirs.append(other.parameter(name, type.scalarType, type.shape))
          }
          // Where an infix operator was called is looked up on the stack, which takes its time.
          if isInfix {
            builder.currentLocation = SourceLocation(file: "infix")
            other.currentLocation = builder.currentLocation
          }
          var values = ours
          values[foreign] = theirs[foreign]
          _ = try call.run(values)
          let mistakes = (builder.takeMistakes(), other.takeMistakes())
          let error = try #require(
            mistakes.0, "\(call.signature), place \(foreign), \(type)")
          #expect(mistakes.1 == error, "a mistake in both: \(call.signature)")
          #expect(error.code == .invalidArgument, "\(call.signature): \(error)")
          #expect(error.message.contains(haveOneName ? "this other" : "theirs"), "\(error)")
          #expect(error.location != nil, "\(call.signature)")
          #expect(error.notes.isEmpty)
        }
      }
    }
  }

  @Test("by an optimizer's rule too")
  func optimizer() throws {
    let builder = GraphBuilder("ours")
    let w = builder.parameter("w", .f32, [])
    builder.output("loss", w * w)
    let graph = try builder.build()
    let rule = Optimizer("foreign") { site in
      let foreign = GraphBuilder("theirs").input("x", .f32, [])
      site.update(site.parameter, to: foreign)
    }
    let error = diagnostic { _ = try graph.trainingStep(minimizing: "loss", with: rule) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("theirs") == true)
  }

  @Test("the calls above are all that the sources declare")
  func complete() throws {
    let declared = Set(
      try PublicSignatures.all().filter(Self.takesSeveralValues).map(\.signature))
    #expect(declared.count >= 33)
    // Declared in a structure that a rule is given, and tested above.
    let listed = Set((Self.infix + Self.functions).map(\.signature))
      .union(["Optimizer.Site.update(_ value: Value, to next: Value)"])
    #expect(declared.subtracting(listed) == [])
    #expect(listed.subtracting(declared) == [])
  }

  /// Whether values of two builders could meet in it.
  private static func takesSeveralValues(_ declaration: PublicDeclaration) -> Bool {
    guard !declaration.isProperty else { return false }
    let types = declaration.parameterTypes
    let lists = types.count { $0 == "[Value]" }
    let values = types.count { $0 == "Value" || $0 == "Value?" }
    let isMethod =
      declaration.name.first?.isLetter == true
      && (declaration.owner == "Value." || declaration.owner == "GraphBuilder.")
    return lists * 2 + values + (isMethod ? 1 : 0) > 1 && lists + values > 0
  }

  private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
    do {
      try body()
      return nil
    } catch {
      return error as? Diagnostic
    }
  }
}
