import AdjointCore
import Testing

@Suite struct TensorSubscriptTests {
  /// `x[i, j, k] = 100 i + 10 j + k`.
  private static func numbers(_ extents: [Int]) throws -> Tensor {
    var elements: [Int32] = []
    for i in 0..<extents[0] {
      for j in 0..<extents[1] {
        for k in 0..<extents[2] { elements.append(Int32(100 * i + 10 * j + k)) }
      }
    }
    return try Tensor(elements, extents: extents)
  }

  @Test func anIndexDropsItsAxisAndARangeKeepsIt() throws {
    let x = try Self.numbers([2, 3, 4])
    #expect(
      try x[1]
        == Tensor(
          numbers([100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123]), extents: [3, 4]))
    #expect(try x[1, 2, 3] == Tensor(.i32([123]), extents: []))
    #expect(try x[0..<1, 2, 3] == Tensor(.i32([23]), extents: [1]))
    #expect(try x[.all, 1, 1...2] == Tensor(.i32([11, 12, 111, 112]), extents: [2, 2]))
    #expect(try x[0, 1...] == Tensor(numbers([10, 11, 12, 13, 20, 21, 22, 23]), extents: [2, 4]))
    #expect(try x[1, ..<1, ...1] == Tensor(.i32([100, 101]), extents: [1, 2]))
    #expect(try x[0..<2, 0..<2, 3] == Tensor(.i32([3, 13, 103, 113]), extents: [2, 2]))
    #expect(try x[] == x)
    #expect(try x[.all, .all, .all] == x)
  }

  private func numbers(_ elements: [Int32]) -> Tensor.Storage { .i32(elements) }

  @Test func numbersBelowZeroCountFromTheBack() throws {
    let x = try Self.numbers([2, 3, 4])
    #expect(try x[-1, -3, -4] == Tensor(.i32([100]), extents: []))
    #expect(try x[-1, 0, -3 ..< -1] == Tensor(.i32([101, 102]), extents: [2]))
    #expect(try x[0, 0, (-2)...] == Tensor(.i32([2, 3]), extents: [2]))
    #expect(try x[0, 0, ...(-2)] == Tensor(.i32([0, 1, 2]), extents: [3]))
    #expect(try x[0, 0, ..<(-3)] == Tensor(.i32([0]), extents: [1]))
    #expect(try x[0, 0, .positions(from: 1, upTo: -1)] == Tensor(.i32([1, 2]), extents: [2]))
    #expect(try x[0, .positions(from: -1), 0] == Tensor(.i32([20]), extents: [1]))
  }

  @Test func rangesMayTakeNothing() throws {
    let x = try Self.numbers([2, 3, 4])
    #expect(try x[1..<1] == Tensor(.i32([]), extents: [0, 3, 4]))
    #expect(try x[.all, 3...] == Tensor(.i32([]), extents: [2, 0, 4]))
    let empty = try Tensor(.u8([]), extents: [2, 0])
    #expect(try empty[1] == Tensor(.u8([]), extents: [0]))
    #expect(try empty[.all, 0..<0] == empty)
  }

  @Test func everyTypeIsTaken() throws {
    #expect(try Tensor([1, 2] as [Float])[1].storage == .f32([2]))
    #expect(try Tensor([1, 2] as [Double])[1].storage == .f64([2]))
    #expect(try Tensor([1, 2] as [Int64])[..<1].storage == .i64([1]))
    #expect(try Tensor(.u8([1, 2]), extents: [2])[1].storage == .u8([2]))
    #expect(try Tensor(.bool([true, false]), extents: [2])[0].storage == .bool([true]))
    #expect(try Tensor(scalar: 3, .i32)[].scalar == 3)
  }

  @Test func mistakesAreRefusedAtThePlaceOfTheCall() throws {
    let x = try Self.numbers([2, 3, 4])
    let line = #line + 1
    let error = #expect(throws: Diagnostic.self) { _ = try x[0, 3] }
    #expect(
      error?.description
        == "AdjointCoreTests/TensorSubscriptTests.swift:\(line): axis 1 has 3 positions, and 3 does "
        + "not fit it; use an index from -3 to 2 [invalid-argument]")
    #expect(
      refusal { () throws(Diagnostic) in _ = try x[.all, -1...0] }
        == "axis 1 has 3 positions, and -1...0 does not fit it; the range ends at 1, before its "
        + "start 2")
    #expect(
      refusal { () throws(Diagnostic) in _ = try x[0, 0, 0, 0] }
        == "4 selections are given for 3 axes; leave out 1")
    #expect(
      refusal { () throws(Diagnostic) in _ = try x[0..<3] }
        == "axis 0 has 2 positions, and 0..<3 does not fit it; use bounds within it")
    for selection in [
      Int.min.selection, Int.max.selection, (0...Int.max).selection, (Int.min...).selection,
      (Int.max...).selection, (Int.min..<Int.max).selection, (...(-4)).selection,
      (..<(-4)).selection, (0...3).selection, .positions(from: 2, upTo: 1),
    ] {
      #expect(code { () throws(Diagnostic) in _ = try x[0, selection] } == .invalidArgument)
    }
    let empty = try Tensor(.f32([]), extents: [0])
    #expect(
      refusal { () throws(Diagnostic) in _ = try empty[0] }
        == "axis 0 has 0 positions, and 0 does not fit it")
    #expect(code { () throws(Diagnostic) in _ = try empty[-1] } == .invalidArgument)
  }

  private func refusal(_ body: () throws(Diagnostic) -> Void) -> String? {
    do throws(Diagnostic) { try body() } catch { return error.message }
    return nil
  }

  @Test func selectionsSayWhetherTheExtentMatters() {
    let all: [AxisSelection] = [.all, (0...).selection, (...(-1)).selection]
    for selection in all { #expect(selection.takesAll) }
    for selection in [0.selection, (1...).selection, (..<3).selection] {
      #expect(!selection.takesAll)
    }
  }
}
