import AdjointCore
import TestSupport
import Testing

@Suite struct TensorConversionTests {
  /// Takes a third of the machine's memory, so that not every run does it.
  @Test(.enabled(if: RandomSets.areFull)) func conversionsAskTheMemoryLimitFirst() throws {
    let bytes = try Tensor(repeating: 1, .u8, extents: [MemoryLimit.standard / 4])
    let cast = #expect(throws: Diagnostic.self) { try bytes.cast(to: .f64) }
    let converted = #expect(throws: Diagnostic.self) { try bytes.converted(to: .i64) }
    for error in [cast, converted] {
      #expect(error?.code == .memoryLimit)
      #expect(error?.location != nil)
    }
  }

  @Test func initialisersRefuseWhatTheTypeCannotHold() throws {
    for (type, number) in [
      (ScalarType.i32, 2.7), (.i32, 3e9), (.i32, .nan), (.i64, .infinity), (.i64, 0x1p63),
      (.u8, 300),
      (.u8, -1), (.bool, 2), (.f32, 1e39),
    ] {
      let line = #line + 2
      let errors: [Diagnostic?] = [
        #expect(throws: Diagnostic.self) { _ = try Tensor(scalar: number, type) },
        #expect(throws: Diagnostic.self) { _ = try Tensor(repeating: number, type, extents: [2]) },
      ]
      for (offset, error) in errors.enumerated() {
        #expect(error?.location == SourceLocation(file: #fileID, line: line + offset))
        #expect(
          error?.message.hasPrefix("\(type) cannot hold \(number)") == true, "\(type) \(number)")
      }
      let error = #expect(throws: Diagnostic.self) {
        _ = try Tensor.Storage([0, number], as: type)
      }
      #expect(error?.message.contains("(number 2 of 2)") == true)
    }
    #expect(throws: Diagnostic.self) { _ = try Tensor(scalar: 300, .u8) }
    #expect(throws: Diagnostic.self) { _ = try Tensor(scalar: UInt64.max, .i64) }
    #expect(throws: Diagnostic.self) { _ = try Tensor.Storage([1, -1], as: .u8) }
  }

  @Test func initialisersKeepWhatTheTypeHolds() throws {
    let number = (1 << 53) + 1
    #expect(try Tensor(scalar: number, .i64).storage == .i64([9_007_199_254_740_993]))
    #expect(
      try Tensor(repeating: number, .i64, extents: [2]).storage
        == .i64([9_007_199_254_740_993, 9_007_199_254_740_993]))
    #expect(try Tensor.Storage([number, -1], as: .i64) == .i64([9_007_199_254_740_993, -1]))
    #expect(try Tensor(scalar: number, .f64).storage == .f64([0x1p53]))
    #expect(try Tensor(scalar: 1e-50, .f32).storage == .f32([0]))
    #expect(try Tensor(scalar: .infinity, .f32).storage == .f32([.infinity]))
    #expect(try Tensor(repeating: 1, .bool, extents: [2]).storage == .bool([true, true]))
  }

  @Test func conversionsKeepNumbers() throws {
    let wide = try Tensor(.i64([(1 << 53) + 1, -3]), extents: [2])
    #expect(try wide.converted(to: .f64).storage == .f64([0x1p53, -3]))
    #expect(try Tensor([1.0, -0.0, 7.0]).converted(to: .i32).storage == .i32([1, 0, 7]))
    #expect(try Tensor([1.0, 0.0]).converted(to: .bool).storage == .bool([true, false]))
    #expect(
      try Tensor(.bool([true, false]), extents: [2]).converted(to: .u8).storage == .u8([1, 0]))
    #expect(try Tensor([0.1, .infinity]).converted(to: .f32).storage == .f32([0.1, .infinity]))
    for (tensor, type) in try [
      (wide, ScalarType.i32), (wide, .u8), (Tensor([0.5]), .i64), (Tensor([1e39]), .f32),
      (Tensor(.u8([2]), extents: [1]), .bool), (Tensor([Float.nan]), .i32),
    ] {
      let line = #line + 1
      let error = #expect(throws: Diagnostic.self) { _ = try tensor.converted(to: type) }
      #expect(
        error?.location == SourceLocation(file: #fileID, line: line), "\(tensor.type) \(type)")
    }
  }
}
