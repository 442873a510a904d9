import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("What element-wise operators refuse")
struct ElementwiseRefusalTests {
  private func inputs() throws -> (x: Value, y: Value, k: Value, b: Value) {
    let builder = GraphBuilder("test")
    return (
      builder.input("x", .f32, [2, 3]), builder.input("y", .f32, [4]),
      builder.input("k", .i32, [2, 3]), builder.input("b", .bool, [2, 3])
    )
  }

  private func expect(
    _ code: Diagnostic.Code, _ parts: [String], line: Int, _ build: () throws -> Value
  ) throws {
    let error = try #require(throws: Diagnostic.self) { try refusing(build) }
    #expect(error.code == code)
    for part in parts {
      #expect(error.message.contains(part), "\(part) is not in: \(error.message)")
    }
    let file = try #require(error.location?.file)
    // An infix operator finds its caller on the stack, where an optimised build leaves no trace of a closure
    // that ends with one. `MistakeTests` has operators in the midst of a function.
    #if !DEBUG
      if file.hasSuffix("Refusing.swift") { return }
    #endif
    #expect(file.hasSuffix("ElementwiseRefusalTests.swift"))
    #expect(error.location?.line == line)
  }

  @Test("shapes that do not broadcast, in functions")
  func shapesInFunctions() throws {
    let (x, y, _, b) = try inputs()
    try expect(.shapeMismatch, ["power: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      pow(x, y)
    }
    try expect(.shapeMismatch, ["maximum: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      max(x, y)
    }
    try expect(.shapeMismatch, ["minimum: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      min(x, y)
    }
    try expect(.shapeMismatch, ["select: ", "bool[2, 3]", "f32[4]"], line: #line + 1) {
      select(b, x, y)
    }
  }

  @Test("shapes that do not broadcast, in infix operators")
  func shapesInInfixOperators() throws {
    let (x, y, _, _) = try inputs()
    try expect(.shapeMismatch, ["divide: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      x / y
    }
    try expect(.shapeMismatch, ["less: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      x .< y
    }
    try expect(.shapeMismatch, ["not_equal: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      x .!= y
    }
  }

  @Test("scalar types that differ or have no meaning, in infix operators")
  func typesInInfixOperators() throws {
    let (x, _, k, b) = try inputs()
    try expect(.scalarTypeMismatch, ["divide: ", "f32[2, 3]", "i32[2, 3]"], line: #line + 1) {
      x / k
    }
    try expect(.scalarTypeMismatch, ["and: ", "bool", "f32[2, 3]"], line: #line + 1) {
      x .& x
    }
    try expect(.scalarTypeMismatch, ["not: ", "bool", "i32[2, 3]"], line: #line + 1) {
      .!k
    }
    try expect(.scalarTypeMismatch, ["greater: ", "number", "bool[2, 3]"], line: #line + 1) {
      b .> b
    }
  }

  @Test("functions of floating point refuse everything else", arguments: UnaryCase.all)
  func floatingPointOnly(_ function: UnaryCase) throws {
    let (_, _, k, b) = try inputs()
    let error = try #require(throws: Diagnostic.self) {
      try refusing {
        k.builder.apply(function.operation, [b], at: SourceLocation(file: "a", line: 1))
      }
    }
    #expect(error.code == .scalarTypeMismatch)
    #expect(error.message.hasPrefix("\(function.operation.mnemonic): "))
    #expect(error.message.contains("bool[2, 3]"))
    if [Negate.mnemonic, Abs.mnemonic, Sign.mnemonic].contains(function.operation.mnemonic) {
      #expect(k.builder.apply(function.operation, [k]).type == k.type)
    } else {
      #expect(throws: Diagnostic.self) {
        try refusing {
          k.builder.apply(function.operation, [k], at: SourceLocation(file: "a", line: 1))
        }
      }
    }
  }

  @Test("activations name themselves")
  func activations() throws {
    let (_, _, k, b) = try inputs()
    try expect(.scalarTypeMismatch, ["relu: ", "bool[2, 3]"], line: #line + 1) {
      relu(b)
    }
    try expect(.scalarTypeMismatch, ["leakyRelu: ", "i32[2, 3]"], line: #line + 1) {
      leakyRelu(k)
    }
    try expect(.scalarTypeMismatch, ["gelu: ", "i32[2, 3]"], line: #line + 1) {
      gelu(k)
    }
    try expect(.scalarTypeMismatch, ["silu: ", "i32[2, 3]"], line: #line + 1) {
      silu(k)
    }
  }

  @Test("conditions that are not truth values, and branches that differ")
  func conditions() throws {
    let (x, _, k, b) = try inputs()
    try expect(.scalarTypeMismatch, ["select: ", "bool", "f32[2, 3]"], line: #line + 1) {
      select(x, x, x)
    }
    try expect(.scalarTypeMismatch, ["select: ", "f32[2, 3]", "i32[2, 3]"], line: #line + 1) {
      select(b, x, k)
    }
  }

  @Test("wrong numbers of operands")
  func operandCounts() throws {
    let (x, _, _, _) = try inputs()
    let operations: [any Operator] = [Exp(), Divide(), Less(), Select(), Cast(to: .f32)]
    for operation in operations {
      let error = try #require(throws: Diagnostic.self) {
        try refusing {
          x.builder.apply(operation, [x, x, x, x], at: SourceLocation(file: "a", line: 1))
        }
      }
      #expect(error.code == .operandCount)
      #expect(error.message.hasPrefix("\(operation.mnemonic): "))
    }
  }

  @Test("values of two graphs")
  func twoGraphs() throws {
    let (x, _, _, _) = try inputs()
    let (other, _, _, _) = try inputs()
    try expect(.invalidArgument, ["belongs to the graph"], line: #line + 1) {
      x / other
    }
  }
}
