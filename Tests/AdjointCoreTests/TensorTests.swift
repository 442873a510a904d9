import AdjointCore
import Testing

@Suite struct TensorTests {
  @Test func elementsFillTheExtents() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], extents: [2, 3])
    #expect(tensor.type == TensorType(.f32, [2, 3]))
    #expect(tensor.count == 6)
    #expect(try tensor.reshaped(to: [3, 2]).extents == [3, 2])
    #expect(try Tensor([1, 2] as [Double]).extents == [2])
    #expect(code { () throws(Diagnostic) in _ = try tensor.reshaped(to: [4]) } == .shapeMismatch)
    #expect(
      code { () throws(Diagnostic) in _ = try Tensor(.u8([]), extents: [1]) } == .shapeMismatch)
    #expect(
      code { () throws(Diagnostic) in _ = try Tensor(.u8([]), extents: [-1, 0]) } == .invalidType)
  }

  @Test func scalarsAndConstants() throws {
    #expect(try Tensor(scalar: 2.5, .f64).scalar == 2.5)
    #expect(try Tensor(scalar: 2.0, .i32).storage == .i32([2]))
    #expect(try Tensor(scalar: 2.5, .f32).extents == [])
    let ones = try Tensor(repeating: 1, .bool, extents: [2, 2])
    #expect(ones.storage == .bool([true, true, true, true]))
    #expect(ones.scalar == nil)
    #expect(try Tensor(repeating: 1, .f32, extents: [0, 3]).count == 0)
  }

  @Test func castsTruncateAndClamp() throws {
    let values = try Tensor([-1.9, 1.9, 300, 1e30, -1e30, .nan, .infinity] as [Double])
    #expect(try values.cast(to: .u8).storage == .u8([0, 1, 255, 255, 0, 0, 255]))
    #expect(try values.cast(to: .i32).storage == .i32([-1, 1, 300, .max, .min, 0, .max]))
    #expect(try values.cast(to: .i64).storage == .i64([-1, 1, 300, .max, .min, 0, .max]))
    #expect(
      try values.cast(to: .bool).storage == .bool([true, true, true, true, true, true, true]))
    #expect(try Tensor([0, -0.0, 0.5] as [Double]).cast(to: .bool).doubles == [0, 0, 1])
  }

  @Test func castsToFloatRound() throws {
    let values = try Tensor([0.1, 1e300] as [Double]).cast(to: .f32)
    #expect(values.storage == .f32([0.1, .infinity]))
    #expect(values.floats == [0.1, .infinity])
  }

  @Test func clampedConversionAtTheEndsOfTheRange() {
    #expect(Int64(clampedConversion: 0x1p63) == .max)
    #expect(Int64(clampedConversion: -0x1p63) == .min)
    #expect(Int64(clampedConversion: (0x1p63).nextDown) == 9_223_372_036_854_774_784)
    #expect(Int32(clampedConversion: Float(0x1p31)) == .max)
    #expect(Int32(clampedConversion: 2_147_483_646.9) == 2_147_483_646)
    #expect(UInt8(clampedConversion: -0.5) == 0)
  }
}
