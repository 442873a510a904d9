import AdjointCore
import AdjointFormats
import AdjointTables
import Testing

/// Numbers of a table in every scalar type: exact, rounded, or refused with their place.
@Suite struct CSVNumberTests {
  private func read(
    _ text: String, _ type: ScalarType, last: ScalarType? = nil
  ) throws(Diagnostic) -> CSVFile {
    try CSVFile(bytes: Array(text.utf8), as: type, lastColumnAs: last, path: "a.csv")
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("7", 7), ("+7", 7), ("007", 7), ("7.0", 7), ("7.", 7), ("70e-1", 7),
    ("7e0", 7), ("9007199254740993", 9_007_199_254_740_993),
    ("-9007199254740993.000", -9_007_199_254_740_993),
    ("900719925474099.3e1", 9_007_199_254_740_993), ("\"16777217\"", 16_777_217),
    ("999999999999999999", 999_999_999_999_999_999), ("9223372036854775807", Int64.max),
    ("-9223372036854775808", Int64.min), ("0000000000000000000000001", 1),
  ])
  func wholeNumbersAreExact(_ text: String, _ number: Int64) throws {
    #expect(try read(text, .i64).tensor.storage == .i64([number]))
    #expect(try read("1.5,\(text)", .f32, last: .i64).lastColumn?.storage == .i64([number]))
  }

  @Test(arguments: [
    (ScalarType.i64, "9223372036854775808", Diagnostic.Code.invalidType),
    (.i64, "-9223372036854775809", .invalidType), (.i64, "1e19", .invalidType),
    (.i64, "9007199254740992.5", .scalarTypeMismatch), (.i64, "0.5", .scalarTypeMismatch),
    (.i64, "1e-400", .scalarTypeMismatch), (.i64, "nan", .notFinite), (.i64, "inf", .notFinite),
    (.i32, "2147483648", .invalidType), (.i32, "2.7", .scalarTypeMismatch),
    (.i32, "1.0000000000000000000001", .scalarTypeMismatch), (.u8, "256", .invalidType),
    (.u8, "-1", .invalidType), (.bool, "2", .invalidType), (.bool, "0.5", .scalarTypeMismatch),
    (.f32, "1e39", .invalidType), (.f32, "-1e400", .invalidType), (.f64, "1e400", .invalidType),
    (.f32, "-inf", .notFinite),
  ])
  func whatATypeCannotHoldIsRefused(
    _ type: ScalarType, _ text: String, _ code: Diagnostic.Code
  ) throws {
    let cases = [("0,1\n1, \(text)\n", nil as ScalarType?, 4), ("1\n\(text)", nil, 1)]
    for (table, last, column) in cases + [("0,1\n1, \(text)\n", type, 4)] {
      let error = diagnostic { () throws(Diagnostic) in
        try read(table, last == nil ? type : .f64, last: last)
      }
      #expect(error?.code == code, "\(type) \(text)")
      #expect(error?.location == SourceLocation(file: "a.csv", line: 2, column: column))
      if code != .notFinite {
        #expect(error?.message.hasPrefix("\(type) cannot hold ") == true, "\(error)")
      }
    }
  }

  @Test func floatsAreRoundedOnly() throws {
    #expect(
      try read("16777217,0.1,1e-60,-0,9007199254740993", .f32).tensor.storage
        == .f32([16_777_216, 0.1, 0, -0.0, 9_007_199_254_740_992]))
    #expect(
      try read("9007199254740993,1e-400,1.7976931348623157e308", .f64).tensor.storage
        == .f64([9_007_199_254_740_992, 0, .greatestFiniteMagnitude]))
    #expect(try read("0,1\n1.0,0", .bool).tensor.storage == .bool([false, true, true, false]))
    #expect(try read("0,255", .u8).tensor.storage == .u8([0, 255]))
  }

  @Test func theLastColumnIsApart() throws {
    let file = try read("a,b,c\n1,2,3\n4,5.5,6\n", .f32, last: .u8)
    #expect(file.columnNames == ["a", "b", "c"])
    #expect(try file.tensor == Tensor([1, 2, 4, 5.5] as [Float], extents: [2, 2]))
    #expect(try file.lastColumn == Tensor(.u8([3, 6]), extents: [2]))
    #expect(try read("1,2", .f32).lastColumn == nil)
    let single = diagnostic { () throws(Diagnostic) in try read("1\n2\n", .f32, last: .i32) }
    #expect(single?.code == .shapeMismatch)
    #expect(single?.location?.line == 1)
    let short = diagnostic { () throws(Diagnostic) in try read("1,2\n3\n", .f32, last: .i32) }
    #expect(short?.code == .syntax)
  }
}
