import AdjointCore
import Testing

@Suite struct TensorTypeTests {
  @Test func shapeCountsItsElements() {
    #expect(Shape([2, 3, 4]).elementCount == 24)
    #expect(Shape.scalar.elementCount == 1)
    #expect(Shape([5, 0]).elementCount == 0)
    #expect(Shape(["B", 4]).elementCount == nil)
    #expect(Shape(extents: [1 << 32, 1 << 32]).elementCount == nil)
    #expect(Shape(extents: [1 << 32, 1 << 32, 0]).elementCount == 0)
  }

  @Test func shapePrintsAndListsNames() {
    let shape: Shape = ["B", 784, "B", "T"]
    #expect(shape.description == "[B, 784, B, T]")
    #expect(shape.names == ["B", "T"])
    #expect(shape.extents == nil)
    #expect(shape.rank == 4)
    #expect(Shape(extents: [2, 3]).extents == [2, 3])
  }

  @Test func typePrints() {
    #expect(TensorType(.f32, ["B", 784]).description == "f32[B, 784]")
    #expect(TensorType(.bool, .scalar).description == "bool[]")
  }

  @Test func badTypesAreRefused() {
    for extents in [[-1], [2, -3], [1 << 62], [1 << 32, 1 << 32], [0, 1 << 40, 1 << 40]] {
      #expect(
        code { () throws(Diagnostic) in
          try TensorType(.f32, extents: extents).validate()
        } == .invalidType)
    }
    let deep = Array(repeating: 1, count: 17)
    #expect(
      code { () throws(Diagnostic) in
        try TensorType(.u8, extents: deep).validate()
      } == .invalidType)
    #expect(
      code { () throws(Diagnostic) in
        try TensorType(.u8, extents: Array(deep.dropLast())).validate()
      } == nil)
  }

  @Test func unboundExtentsAreNamed() {
    let error = diagnostic { () throws(Diagnostic) in
      _ = try TensorType(.f32, ["B", 3, "T"]).boundExtents()
    }
    #expect(error?.code == .unboundDimension)
    #expect(error?.message.contains("B, T") == true)
  }

  @Test func scalarTypesKnowTheirSize() {
    #expect(ScalarType.allCases.map(\.byteCount) == [4, 8, 4, 8, 1, 1])
    #expect(ScalarType.allCases.filter(\.isDifferentiable) == [.f32, .f64])
    #expect(ScalarType.allCases.filter(\.isInteger) == [.i32, .i64, .u8])
    #expect(ScalarType.allCases.filter { !$0.isNumeric } == [.bool])
  }
}

func diagnostic(_ body: () throws(Diagnostic) -> Void) -> Diagnostic? {
  do throws(Diagnostic) {
    try body()
    return nil
  } catch {
    return error
  }
}

func code(_ body: () throws(Diagnostic) -> Void) -> Diagnostic.Code? {
  diagnostic(body)?.code
}
