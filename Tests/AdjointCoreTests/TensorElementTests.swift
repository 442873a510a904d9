import AdjointCore
import Testing

@Suite struct TensorElementTests {
  @Test func aSwiftTypeGivesTheScalarType() throws {
    #expect(try Tensor([1, 2] as [Float]).storage == .f32([1, 2]))
    #expect(try Tensor([1, 2] as [Double]).storage == .f64([1, 2]))
    #expect(try Tensor([1, 2] as [Int32]).storage == .i32([1, 2]))
    #expect(try Tensor([1, 2] as [Int64]).storage == .i64([1, 2]))
    #expect(try Tensor([1, 2] as [UInt8]).storage == .u8([1, 2]))
    #expect(try Tensor([true, false, true]).storage == .bool([true, false, true]))
    #expect(try Tensor([1, 2]).storage == .f64([1, 2]))
    #expect(try Tensor([1, 2, 3, 4] as [UInt8], extents: [2, 2]).type == TensorType(.u8, [2, 2]))
    let rows: [[Float]] = [[1, 2, 3], [4, 5, 6]]
    #expect(try Tensor(rows) == Tensor(.f32([1, 2, 3, 4, 5, 6]), extents: [2, 3]))
    #expect(try Tensor([] as [[Int32]]) == Tensor(.i32([]), extents: [0, 0]))
    let ragged: [[Int32]] = [[1], [2, 3]]
    #expect(code { () throws(Diagnostic) in _ = try Tensor(ragged) } == .shapeMismatch)
  }

  @Test func nestingGivesTheExtents() throws {
    #expect(try Tensor([[1, 2], [3, 4]]) == Tensor(.f64([1, 2, 3, 4]), extents: [2, 2]))
    #expect(
      try Tensor([[1, 2.5], [3, 4]], .f32) == Tensor(.f32([1, 2.5, 3, 4]), extents: [2, 2]))
    #expect(try Tensor([[[1], [2]]], .u8) == Tensor(.u8([1, 2]), extents: [1, 2, 1]))
    #expect(try Tensor([[true], [false]]) == Tensor(.bool([true, false]), extents: [2, 1]))
    #expect(try Tensor([1, 0], .bool).storage == .bool([true, false]))
    #expect(try Tensor([[], []], .i32) == Tensor(.i32([]), extents: [2, 0]))
    #expect(try Tensor(7, .i64) == Tensor(.i64([7]), extents: []))
    #expect(
      try Tensor([9_007_199_254_740_993, -9_223_372_036_854_775_808], .i64).storage
        == .i64([9_007_199_254_740_993, .min]))
  }

  @Test func literalsThatFitNowhereAreRefusedAtThePlaceOfTheCall() throws {
    let line = #line + 1
    let error = #expect(throws: Diagnostic.self) { _ = try Tensor([[1, 2], [3]]) }
    #expect(
      error?.description
        == "AdjointCoreTests/TensorElementTests.swift:\(line): element 0 of a list has extents [2], "
        + "element 1 has [1]; give all the same [shape-mismatch]")
    #expect(code { () throws(Diagnostic) in _ = try Tensor([[1], 2]) } == .shapeMismatch)
    #expect(code { () throws(Diagnostic) in _ = try Tensor([1, 256], .u8) } == .invalidType)
    #expect(code { () throws(Diagnostic) in _ = try Tensor([1.5], .i32) } == .scalarTypeMismatch)
    #expect(code { () throws(Diagnostic) in _ = try Tensor([2], .bool) } == .invalidType)
    #expect(code { () throws(Diagnostic) in _ = try Tensor([true], .f32) } == .scalarTypeMismatch)
    #expect(
      code { () throws(Diagnostic) in _ = try Tensor([true, 1], .i32) } == .scalarTypeMismatch)
  }

  @Test func elementsComeInAnySwiftTypeThatHoldsThem() throws {
    let tensor = try Tensor([1, 0, 250])
    #expect(try tensor.elements(as: Double.self) == [1, 0, 250])
    #expect(try tensor.elements(as: Float.self) == [1, 0, 250])
    #expect(try tensor.elements(as: Int32.self) == [1, 0, 250])
    #expect(try tensor.elements(as: Int64.self) == [1, 0, 250])
    #expect(try tensor.elements(as: UInt8.self) == [1, 0, 250])
    #expect(try tensor[0..<2].elements(as: Bool.self) == [true, false])
    #expect(
      code { () throws(Diagnostic) in _ = try tensor.elements(as: Bool.self) } == .invalidType)
    #expect(
      code { () throws(Diagnostic) in _ = try Tensor([0.5]).elements(as: Int64.self) }
        == .scalarTypeMismatch)
  }

  @Test func elementsInTheirOwnTypeAreNotCopied() throws {
    let elements = (0..<1000).map { Float($0) }
    let again = try Tensor(elements).elements(as: Float.self)
    elements.withUnsafeBufferPointer { first in
      again.withUnsafeBufferPointer { second in #expect(first.baseAddress == second.baseAddress) }
    }
  }

  /// Says that it has the layout of a `Double`.
  private struct Impostor: TensorElement {
    static var scalarType: ScalarType { .f64 }
  }

  @Test func otherTypesAreRefused() throws {
    #expect(code { () throws(Diagnostic) in _ = try Tensor([Impostor()]) } == .invalidArgument)
    #expect(
      code { () throws(Diagnostic) in _ = try Tensor([1]).elements(as: Impostor.self) }
        == .invalidArgument)
  }
}
