import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Attributes of element-wise operators")
struct ElementwiseAttributeTests {
  static let operations: [any Operator] =
    UnaryCase.all.map { $0.operation } + BinaryCase.all.map { $0.operation }
    + ScalarType.allCases.map { Cast(to: $0) }
    + [
      LogicalNot(), And(), Or(), Equal(), NotEqual(), Less(), LessOrEqual(), Greater(),
      GreaterOrEqual(), Select(), StopGradient(),
    ]

  @Test("an operator is made anew from its attributes", arguments: operations.indices)
  func roundTrip(_ index: Int) throws {
    let operation = Self.operations[index]
    let type = try #require(OperatorRegistry.standard[operation.mnemonic])
    #expect(ObjectIdentifier(type) == ObjectIdentifier(Swift.type(of: operation)))
    let copy = try type.init(attributes: operation.attributes)
    #expect(copy.isEqual(to: operation))
    #expect(copy.attributes == operation.attributes)
  }

  @Test("unknown and missing attributes are refused", arguments: operations.indices)
  func refusals(_ index: Int) throws {
    let operation = Self.operations[index]
    var attributes = operation.attributes
    attributes.append("colour", .integer(3))
    let error = try #require(throws: Diagnostic.self) {
      try Swift.type(of: operation).init(attributes: attributes)
    }
    #expect(error.code == .invalidAttribute)
    #expect(error.message.contains("colour"))
  }

  @Test("a cast needs a scalar type")
  func castAttribute() throws {
    let missing = try #require(throws: Diagnostic.self) { try Cast(attributes: AttributeList()) }
    #expect(missing.message.contains("to"))
    let wrong = try #require(throws: Diagnostic.self) {
      try Cast(attributes: AttributeList(["to": .integer(1)]))
    }
    #expect(wrong.code == .invalidAttribute)
  }

  @Test("mnemonics")
  func mnemonics() {
    let mnemonics = Set(Self.operations.map(\.mnemonic))
    for mnemonic in ["not", "not_equal", "less_or_equal", "greater_or_equal", "stop_gradient"] {
      #expect(mnemonics.contains(mnemonic))
    }
  }
}
