import AdjointCore
import Testing

@Suite struct NumberLiteralTests {
  @Test func wholeNumbersOfTextAreExact() throws {
    let expected: [(String, Int64)] = [
      ("0", 0), ("-0", 0), ("+7", 7), ("9007199254740993", 9_007_199_254_740_993),
      ("9007199254740993.0", 9_007_199_254_740_993),
      ("-9007199254740993.00", -9_007_199_254_740_993),
      ("9007199254740993e0", 9_007_199_254_740_993), ("900719925474.0993e4", 9_007_199_254_740_993),
      ("90071992547409930e-1", 9_007_199_254_740_993), ("1e3", 1000), ("2.50e1", 25),
      ("9223372036854775807", .max), ("9223372036854775807.0", .max),
      ("-9223372036854775808", .min), ("-9.223372036854775808e18", .min), ("0e999999999999", 0),
      ("000.000e-5", 0), ("0x10", 16), ("0.0001e4", 1),
    ]
    for (text, number) in expected {
      #expect(NumberLiteral(text)?.wholeNumber == number, "\(text)")
    }
  }

  @Test func fractionsAreNoWholeNumbersHoweverTheyRound() throws {
    for text in [
      "0.5", "2.7", "2.00000000000000000001", "4503599627370496.5", "9007199254740992.5", "1e-400",
      "-0.1", "1e-9999999999999999999999", "9007199254740993e-1", "nan", "inf", "-inf", "1e400",
      "9223372036854775808", "1e19", "-9223372036854775809", "0x20000000000001",
    ] {
      let literal = try #require(NumberLiteral(text))
      #expect(literal.wholeNumber == nil || literal.double == 0, "\(text)")
    }
    for text in ["", "x", "1.2.3", "1e", "0.5f", " 1", "1 ", "--1", "1,2", "e5", "."] {
      #expect(NumberLiteral(text) == nil, "\(text)")
    }
  }

  @Test func floatingPointNumbersAreTheNearest() throws {
    for text in ["0.1", "9007199254740993.0", "2.00000000000000000001", "1e23", "-1e-320", "1e19"] {
      let literal = try #require(NumberLiteral(text))
      #expect(literal.finiteDouble == Double(text), "\(text)")
      #expect(literal.float == Float(text), "\(text)")
    }
    #expect(NumberLiteral("-0")?.double.sign == .minus)
    #expect(NumberLiteral("-0.0")?.float?.sign == .minus)
    // Rounded once, not by way of a Double.
    #expect(
      NumberLiteral(Int64(0x7fff_ffbf_ffff_ffff)).float == Float(0x7fff_ffbf_ffff_ffff as Int64))
  }

  @Test func finiteNumbersDoNotBecomeInfinite() throws {
    for text in ["1e39", "-3.5e38", "340282366920938463463374607431768211456"] {
      let literal = try #require(NumberLiteral(text))
      #expect(literal.float == nil, "\(text)")
      #expect(literal.finiteDouble != nil, "\(text)")
    }
    for text in ["1e400", "-1e309"] {
      let literal = try #require(NumberLiteral(text))
      #expect(literal.float == nil && literal.finiteDouble == nil, "\(text)")
    }
    for text in ["inf", "-inf", "infinity", "nan", "1e-400", "3.4028235e38", "3.40282356e38"] {
      let literal = try #require(NumberLiteral(text))
      #expect(literal.float != nil && literal.finiteDouble != nil, "\(text)")
    }
  }

  /// Each type with numbers that it holds and numbers that it does not.
  static let ranges: [(ScalarType, held: [String], refused: [(String, Diagnostic.Code)])] = [
    (
      .i32, ["-2147483648", "2147483647", "3e2", "-0.0"],
      [
        ("2147483648", .invalidType), ("-2147483649", .invalidType), ("1e30", .invalidType),
        ("2.7", .scalarTypeMismatch), ("nan", .scalarTypeMismatch), ("inf", .scalarTypeMismatch),
        ("2.0000000000000000001", .scalarTypeMismatch),
      ]
    ),
    (
      .i64, ["-9223372036854775808", "9223372036854775807", "9007199254740993.0"],
      [
        ("9223372036854775808", .invalidType), ("-1e19", .invalidType), ("1e400", .invalidType),
        ("9007199254740992.5", .scalarTypeMismatch), ("-nan", .scalarTypeMismatch),
      ]
    ),
    (
      .u8, ["0", "255"],
      [("256", .invalidType), ("-1", .invalidType), ("0.5", .scalarTypeMismatch)]
    ),
    (
      .bool, ["0", "1", "1.0"],
      [("2", .invalidType), ("-1", .invalidType), ("0.5", .scalarTypeMismatch)]
    ),
    (
      .f32, ["3.4028235e38", "1e-50", "16777217", "9223372036854775807", "inf", "nan"],
      [("1e39", .invalidType), ("-1e400", .invalidType)]
    ),
    (.f64, ["1.7e308", "1e-400", "9007199254740993", "-inf", "nan"], [("1e309", .invalidType)]),
  ]

  @Test func typesHoldWhatIsInTheirRange() throws {
    for (type, held, refused) in Self.ranges {
      for text in held {
        let literal = try #require(NumberLiteral(text))
        #expect(literal.isRepresentable(as: type), "\(text) as \(type)")
        #expect(throws: Never.self) { try literal.check(as: type) }
      }
      for (text, code) in refused {
        let literal = try #require(NumberLiteral(text))
        let error = #expect(throws: Diagnostic.self) {
          try literal.check(as: type, for: "p: \(type)")
        }
        #expect(error?.code == code, "\(text) as \(type)")
        #expect(error?.message.hasPrefix("p: \(type) cannot hold ") == true)
      }
    }
  }

  @Test func integersOfSwiftKeepTheirValue() {
    #expect(NumberLiteral(UInt64.max).wholeNumber == nil)
    #expect(NumberLiteral(UInt64.max).element(as: Int64.self) == nil)
    #expect(NumberLiteral(UInt64.max).float == 0x1p64)
    #expect(NumberLiteral(Int8(-3)) == .whole(-3))
  }
}
