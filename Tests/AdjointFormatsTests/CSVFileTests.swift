import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

@Suite struct CSVFileTests {
  private func read(
    _ text: String, as type: ScalarType = .f64, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) -> CSVFile {
    try CSVFile(bytes: Array(text.utf8), as: type, header: header, path: "a.csv")
  }

  @Test func plainRows() throws {
    let file = try read("1,2.5\n-3e2,+.5\n")
    #expect(file.columnNames == nil)
    #expect(try file.tensor == Tensor([1, 2.5, -300, 0.5] as [Double], extents: [2, 2]))
    #expect(try read("7").tensor == Tensor([7] as [Double], extents: [1, 1]))
    #expect(try read("1,2", as: .f32).tensor == Tensor([1, 2] as [Float], extents: [1, 2]))
  }

  @Test func headersAreFound() throws {
    #expect(try read("1x1,1x2\n1,2\n").columnNames == ["1x1", "1x2"])
    #expect(try read("\"a, b\",c\n1,2").columnNames == ["a, b", "c"])
    #expect(try read("a,b\n1,2").tensor.extents == [1, 2])
  }

  @Test(
    "a first row with a number or a missing value is no header",
    arguments: [
      "5.1,NA,0", "label,0,1", "a,nan", "inf,b", "a,", ",b", "a,\"\"", "n/a,#N/A", "?,x",
      "x, null ",
      "None,x", "<NA>,x", "x,-NaN", "MISSING,x", ".,x", "-,x", "--,x", "nil,x", "x,1e999", "-inf,x",
    ])
  func rowsAreNoHeaders(_ first: String) throws {
    let columns = first.split(separator: ",", omittingEmptySubsequences: false).count
    let text = first + "\n" + Array(repeating: "1", count: columns).joined(separator: ",") + "\n"
    for header in [CSVFile.Header.automatic, .absent] {
      let error = diagnostic { () throws(Diagnostic) in try read(text, header: header) }
      #expect(error?.code == .syntax || error?.code == .notFinite)
      #expect(error?.location?.line == 1)
      if header == .automatic, error?.code == .syntax {
        #expect(error?.message.contains("--header yes") == true)
      }
    }
    let named = try read(text, header: .present)
    #expect(named.columnNames?.count == columns)
    #expect(named.tensor.extents == [1, columns])
  }

  @Test func headersCanBeDenied() throws {
    let error = diagnostic { () throws(Diagnostic) in try read("a,b\n1,2", header: .absent) }
    #expect(error?.location == SourceLocation(file: "a.csv", line: 1, column: 1))
    #expect(error?.message.contains("--header") == false)
    let plain = try read("\n1,2\n3,4\n", header: .present)
    #expect(plain.columnNames == ["1", "2"])
    #expect(plain.tensor.doubles == [3, 4])
    // Only the first line can be one.
    #expect(diagnostic { () throws(Diagnostic) in try read("1,2\na,b\n3,4") }?.location?.line == 2)
    let second = diagnostic { () throws(Diagnostic) in try read("a,b\nNA,1\n3,4") }
    #expect(second?.location?.line == 2)
    #expect(second?.message.contains("--header") == false)
  }

  @Test func lineEndsSpacesQuotesAndBlankLines() throws {
    let text = "\u{feff}x, y \r\n\r\n \"1\" ,\t2\r\n\"3.5\",4 \r\n\r\n\n"
    let file = try read(text)
    #expect(file.columnNames == ["x", "y"])
    #expect(file.tensor.doubles == [1, 2, 3.5, 4])
  }

  @Test func numbersAreRoundedCorrectly() throws {
    let spellings = [
      "0.1", "123456789012345678", "9007199254740993", "1e22", "1e23", "2.2250738585072011e-308",
      "4.9e-324", "1.7976931348623157e308", "0.30000000000000004", "-0", "123456789.123456789",
      "5e-1", "100000000000000000000000", "3.14159265358979323846264338327950288", "00012", "1.",
    ]
    for spelling in spellings {
      let found = try read(spelling).tensor.doubles[0]
      #expect(found.bitPattern == Double(spelling)?.bitPattern, "\(spelling)")
    }
  }

  @Test func mistakesHaveTheirPlace() {
    let wrong: [(String, Diagnostic.Code, Int, Int)] = [
      ("1,2\n3,x\n", .syntax, 2, 3), ("1,2\n3\n", .syntax, 2, 1), ("1,2\n3,4,5\n", .syntax, 2, 1),
      ("a,b\n1,2\n\n3,nan", .notFinite, 4, 3), ("inf,1", .notFinite, 1, 1),
      ("1,-Infinity", .notFinite, 1, 3), ("1,1e999", .invalidType, 1, 3), ("1,\n", .syntax, 1, 3),
      ("1,2o\n", .syntax, 1, 3), ("1,\"2\n", .syntax, 1, 3), ("1,0x10", .syntax, 1, 3),
      ("1,1e", .syntax, 1, 3), ("1,1e+", .syntax, 1, 3), ("1,--1", .syntax, 1, 3),
      ("1,1.2.3", .syntax, 1, 3), ("1,.", .syntax, 1, 3), ("1,1 2", .syntax, 1, 3),
    ]
    for (text, code, line, column) in wrong {
      let error = diagnostic { () throws(Diagnostic) in try read(text) }
      #expect(error?.code == code, "\(text)")
      #expect(
        error?.location == SourceLocation(file: "a.csv", line: line, column: column), "\(text)")
    }
  }

  @Test func emptyFilesAreRefused() {
    for text in ["", "\n\n", "a,b\n"] {
      #expect(diagnostic { () throws(Diagnostic) in try read(text) }?.code == .syntax)
    }
  }

  @Test func endlessLineIsRefused() {
    let bytes = [UInt8](repeating: 0x31, count: 17 << 20)
    let error = diagnostic { () throws(Diagnostic) in try CSVFile(bytes: bytes) }
    #expect(error?.code == .syntax)
    #expect(error?.message.contains("bytes") == true)
  }

  @Test func damagedFilesAreRefusedOrRead() {
    let text = Array("x,\"y\"\r\n1,2.5\n-3e2, 4\n".utf8)
    for count in 0..<text.count {
      let prefix = Array(text[..<count])
      let error = diagnostic { () throws(Diagnostic) in try CSVFile(bytes: prefix) }
      if count < 9 { #expect(error != nil) }
    }
    let refusals = refusalsUnderDamage(text, seed: 7) { (bytes) throws(Diagnostic) in
      try CSVFile(bytes: bytes)
    }
    #expect(refusals > 100)
  }

  @Test func filesOnDiskPlainAndPacked() throws {
    let folder = try TemporaryFolder()
    let packed = try folder.put(
      try bytes(base64: "H4sIAAAAAAACA6vQqeQy1DHiMtYx0TPlAgAWzshzDgAAAA=="), "a.csv.gz")
    let expected = try Tensor([1, 2, 3, 4.5] as [Float], extents: [2, 2])
    #expect(try CSVFile(contentsOf: packed).tensor == expected)
    #expect(try DataFile.load(packed) == expected)
    let plain = try folder.put(Array("1,2\n3,4.5\n".utf8), "data")
    #expect(try DataFile.load(plain) == expected)
    #expect(try DataFile.load(plain, csvAs: .f64).scalarType == .f64)
  }

  @Test func unknownDataIsRefused() throws {
    let folder = try TemporaryFolder()
    for (name, content) in [
      ("a.bin", [1, 2, 3, 200]), ("a.npy", [1, 2]), ("empty", []), ("train-ubyte", [9, 9]),
    ] as [(String, [UInt8])] {
      let path = try folder.put(content, name)
      #expect(diagnostic { () throws(Diagnostic) in try DataFile.load(path) }?.code == .corruptFile)
    }
    #expect(
      diagnostic { () throws(Diagnostic) in try DataFile.load(folder("none.csv")) }?.code
        == .inputOutput)
  }
}
