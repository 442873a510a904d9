import AdjointCore
import AdjointKernels
import TestSupport
import Testing

@Suite("Text of kernels and plans")
struct KernelTextTests {
  /// The plan with every kind of kernel, its programs in writing order.
  private static func everyKernel() throws -> Plan {
    var plan = try EveryKernelPlan.plan()
    plan.kernels = plan.kernels.map { $0.inWritingOrder() }
    for step in plan.steps.indices where plan.steps[step].label.isEmpty {
      plan.steps[step].label = "%step\(step)"
    }
    return plan
  }

  private static func text(_ plan: Plan) -> String { PlanPrinter.text(plan, constants: .whole) }

  @Test("of every kind of kernel and buffer gives back the plan")
  func plans() throws {
    for plan in [try Self.everyKernel(), try PlanSample.plan()] {
      var plan = plan
      plan.kernels = plan.kernels.map { $0.inWritingOrder() }
      #expect(try PlanParser.plan(from: Self.text(plan), file: "plan.txt") == plan)
    }
  }

  @Test("in writing order computes the same")
  func order() throws {
    let plan = try EveryKernelPlan.plan()
    let before = try PlanInterpreter.everyKernelOutputs(plan)
    #expect(try PlanInterpreter.everyKernelOutputs(Self.everyKernel()) == before)
  }

  @Test("a summary leaves out long constants and says so where it is read")
  func summary() throws {
    var plan = try Self.everyKernel()
    let constant = try #require(plan.constants.keys.min())
    let count = 100
    plan.buffers[constant].type = TensorType(.f32, extents: [count])
    plan.constants[constant] = try Tensor(
      .f32(Array(repeating: 0.25, count: count)), extents: [count])
    let text = PlanPrinter.text(plan)
    #expect(throws: Diagnostic.self) { try PlanParser.plan(from: text, file: "plan.txt") }
    do {
      _ = try PlanParser.plan(from: text, file: "plan.txt")
    } catch {
      #expect(
        error.message.hasPrefix(
          "expected '=' and the elements, which a summary of a plan leaves out"))
      #expect(error.location?.line ?? 0 > 10)
    }
  }

  @Test(
    "numbers keep their bits: payloads of NaN, infinities, negative zero, denormals, of every type")
  func numbers() throws {
    let values: [Double] = [
      .nan, Double(bitPattern: 0x7ff8_0000_0000_0001), .infinity, -.infinity, -0.0,
      .leastNonzeroMagnitude, 0.1,
      1e300, .greatestFiniteMagnitude,
    ]
    for type in [ScalarType.f32, .f64] {
      let extents = [values.count]
      let tensor =
        type == .f32
        ? try Tensor(.f32(values.map { Float($0) }), extents: extents)
        : try Tensor(.f64(values), extents: extents)
      var scanner = TextScanner(PlanPrinter.elements(of: tensor), file: "t")
      let read = try TensorText.read(tensor.type, &scanner)
      switch (read.storage, tensor.storage) {
      case (.f32(let a), .f32(let b)): #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
      case (.f64(let a), .f64(let b)): #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
      default: Issue.record("read as another type")
      }
    }
  }

  @Test("wrong at any token is one diagnostic with its place, or the plan that it says")
  func wrongAtAnyToken() throws {
    let text = Self.text(try Self.everyKernel())
    let tokens = Self.tokens(of: text)
    #expect(tokens.count > 500)
    var refused = 0
    for (number, token) in tokens.enumerated() {
      for replacement in [
        "", "?", "999999999999999999999", tokens[(number * 7 + 3) % tokens.count].text,
      ] {
        var changed = text
        changed.replaceSubrange(token.range, with: replacement)
        if changed == text { continue }
        do {
          let plan = try PlanParser.plan(from: changed, file: "plan.txt")
          #expect(Self.text(plan) == changed, "\(token.text) became \(replacement)")
          // What is a plan by its text need not be a valid one.
          do { _ = try VerifiedPlan(verifying: plan) } catch { #expect(error.code == .invalidPlan) }
        } catch {
          refused += 1
          #expect(error.location?.file == "plan.txt", "\(error)")
          #expect(
            error.location?.line ?? 0 > 0 || error.message.hasPrefix("the text has "), "\(error)")
          #expect(error.message.utf8.count < 1_000, "\(error)")
        }
      }
    }
    #expect(refused > tokens.count)
  }

  @Test("too deep, too long, or of no kernel is refused")
  func hostile() {
    func message(_ text: String) -> String? {
      do {
        var scanner = TextScanner(text, file: "k")
        _ = try KernelParser.kernel(&scanner, indentedBy: 0)
        return nil
      } catch { return "\(error)" }
    }
    let deep =
      "loop[2] a: f32[2] -> r0: f32[2]\nr0[i] = " + String(repeating: "exp(", count: 100_000)
      + "a[i]" + String(repeating: ")", count: 100_000) + "\n"
    #expect(message(deep)?.contains("an expression is too deep") ?? false)
    #expect(
      message("loop[2] a: f32[2] -> r0: f32[2]\nr0[i] = sine(a[i])\n")
        == "k:2:9: there is no function sine of 1 numbers [syntax]")
    #expect(
      message("spiral[2]")
        == "k:1:1: expected loop, rows, contraction, gather or scatter-add, found 'spiral[2]' [syntax]"
    )
    #expect(
      message("loop[2] a: f32[2] -> r0: f32[2]\n")
        == "k:2:1: expected what the loops store, found the end of the line [syntax]")
    #expect(
      message("contraction f32 [2, 3] · [4, 5]\n")
        == "k:1:27: expected a matrix of 3 rows, found '[4, 5]' [syntax]")
  }

  private struct Token {
    var text: String
    var range: Range<String.Index>
  }

  private static func tokens(of text: String) -> [Token] {
    var tokens: [Token] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index].isWhitespace {
        index = text.index(after: index)
        continue
      }
      var end = text.index(after: index)
      func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "."
      }
      if isWord(text[index]) {
        while end < text.endIndex, isWord(text[end]) { end = text.index(after: end) }
      }
      tokens.append(Token(text: String(text[index..<end]), range: index..<end))
      index = end
    }
    return tokens
  }
}

extension PlanInterpreter {
  /// The outputs of a plan on seeded inputs.
  fileprivate static func everyKernelOutputs(_ plan: Plan) throws -> [String: Tensor] {
    func tensors(_ ports: [Plan.Port], seed: UInt64) throws -> [String: Tensor] {
      var tensors: [String: Tensor] = [:]
      for (number, port) in ports.enumerated() {
        let type = plan.buffers[port.buffer].type
        tensors[port.name] = try .random(
          type, seed: seed &+ UInt64(number), from: 0, to: type.scalarType.isInteger ? 2.99 : 1)
      }
      return tensors
    }
    var interpreter = try PlanInterpreter(
      VerifiedPlan(verifying: plan), parameters: tensors(plan.parameters, seed: 7))
    return try interpreter.run(tensors(plan.inputs, seed: 3))
  }
}
