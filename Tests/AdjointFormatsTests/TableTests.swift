import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

/// Columns by name, labels that are names, values that are missing, and tabs.
@Suite("Tables") struct TableTests {
  private func read(
    _ text: String, _ options: CSVFile.Options = CSVFile.Options(), _ type: ScalarType = .f64,
    labels: ScalarType? = .i32
  ) throws -> CSVFile {
    try CSVFile(
      bytes: Array(text.utf8), as: type, lastColumnAs: labels, options: options, path: "a.csv")
  }

  private func refusal(_ body: () throws -> Void) -> Diagnostic? {
    #expect(throws: Diagnostic.self) { try body() }
  }

  private static let flowers = """
    length,width,species,stem
    1,2,rose,5
    3,4,aster,6
    5,6,rose,7
    7,8,daisy,8
    """

  @Test("names of classes are numbered in their order, whatever that of the rows")
  func names() throws {
    let options = CSVFile.Options(labelColumn: "species")
    let file = try read(Self.flowers, options)
    #expect(file.classNames == ["aster", "daisy", "rose"])
    #expect(try file.lastColumn == Tensor([2, 0, 2, 1] as [Int32]))
    #expect(file.columnNames == ["length", "width", "stem", "species"])
    #expect(try file.tensor == Tensor([1, 2, 5, 3, 4, 6, 5, 6, 7, 7, 8, 8], extents: [4, 3]))
    var lines = Self.flowers.split(separator: "\n").map(String.init)
    lines[1...].reverse()
    let reversed = try read(lines.joined(separator: "\n"), options)
    #expect(reversed.classNames == file.classNames)
    #expect(try reversed.lastColumn == Tensor([1, 2, 0, 2] as [Int32]))
  }

  @Test(
    "the last column has the names where none is named", arguments: [ScalarType.i32, .i64, .u8])
  func lastColumn(_ type: ScalarType) throws {
    // Without a header, in quotes, with a number for a name in a later row.
    let file = try read("1,\"b c\"\r\n2,a\r\n3,7\r\n4,b c\r\n", labels: type)
    #expect(file.classNames == ["7", "a", "b c"])
    #expect(file.lastColumn?.doubles == [2, 1, 0, 2])
    #expect(file.lastColumn?.scalarType == type)
    // Numbers stay numbers.
    let numbers = try read("1,5\n2,3\n", labels: type)
    #expect(numbers.classNames == nil && numbers.lastColumn?.doubles == [5, 3])
  }

  @Test("names that are given keep their numbers")
  func given() throws {
    let options = CSVFile.Options(classNames: ["rose", "none", "aster", "tulip"])
    let file = try read("1,aster\n2,none\n3,rose\n", options)
    #expect(file.classNames == ["rose", "none", "aster", "tulip"])
    #expect(file.lastColumn?.doubles == [2, 1, 0])
    let unknown = refusal { _ = try read("1,aster\n2,astr\n", options) }
    #expect(unknown?.code == .unknownName)
    #expect(unknown?.location == SourceLocation(file: "a.csv", line: 2, column: 3))
    #expect(unknown?.message.contains("did you mean aster?") == true)
    let twice = refusal { _ = try read("1,a\n", CSVFile.Options(classNames: ["a", "a"])) }
    #expect(twice?.code == .duplicateName)
  }

  @Test("a name among numbers is refused where it stands")
  func nameAmongNumbers() throws {
    let error = refusal { _ = try read("1,0\n2,rose\n") }
    #expect(error?.code == .syntax)
    #expect(error?.location == SourceLocation(file: "a.csv", line: 2, column: 3))
    // A column of fractions has no names, and no type has more numbers than it has.
    #expect(refusal { _ = try read("1,rose\n", labels: .f32) }?.code == .syntax)
    let many = (0..<257).map { "1,name\($0)" }.joined(separator: "\n")
    #expect(refusal { _ = try read(many, labels: .u8) }?.code == .invalidType)
    #expect(try read(many, labels: .i32).classNames?.count == 257)
  }

  @Test("columns are chosen by name, in the order asked for")
  func columns() throws {
    let file = try read(
      Self.flowers, CSVFile.Options(columns: ["stem", "length"], labelColumn: "species"))
    #expect(file.columnNames == ["stem", "length", "species"])
    #expect(try file.tensor == Tensor([5, 1, 6, 3, 7, 5, 8, 7], extents: [4, 2]))
    // Without labels no column is apart, and what is not read may be anything.
    let plain = try read(Self.flowers, CSVFile.Options(columns: ["width"]), labels: nil)
    #expect(try plain.tensor == Tensor([2, 4, 6, 8], extents: [4, 1]))
    #expect(plain.lastColumn == nil && plain.classNames == nil)
    // Names that are numbers are names where columns are asked for by them.
    let years = try read("2001,2002,y\n1,2,0\n", CSVFile.Options(columns: ["2002"]))
    #expect(years.tensor.doubles == [2])
  }

  @Test("columns that are not there, or twice, are refused")
  func wrongColumns() {
    let mistakes: [(String, CSVFile.Options, Diagnostic.Code, String)] = [
      (
        Self.flowers, CSVFile.Options(columns: ["lenght"]), .unknownName, "did you mean length?"
      ),
      (Self.flowers, CSVFile.Options(labelColumn: "specis"), .unknownName, "did you mean species?"),
      (
        Self.flowers, CSVFile.Options(columns: ["width", "width"]), .duplicateName,
        "width is asked for twice"
      ),
      (
        Self.flowers, CSVFile.Options(columns: ["width"], labelColumn: "width"), .duplicateName,
        "is the label"
      ),
      ("a,a,b\n1,2,3\n", CSVFile.Options(columns: ["a"]), .duplicateName, "two columns"),
      (
        Self.flowers, CSVFile.Options(header: .absent, columns: ["width"]), .invalidArgument,
        "no header"
      ),
    ]
    for (text, options, code, part) in mistakes {
      let error = refusal { _ = try read(text, options) }
      #expect(error?.code == code && error?.message.contains(part) == true, "\(part)")
      #expect(error?.location?.file == "a.csv" && error?.location?.line == 1, "\(part)")
      #expect(error?.notes == [])
    }
  }

  private static let gaps = "x,y,label\n1,,0\n,4,1\n5,NA,0\nnan,8,1\n3,6,0\n"

  @Test("missing values are refused without a policy, where they stand")
  func missingRefused() {
    for (text, column) in [("x,y,l\n1,,0\n", 3), ("x,y,l\n1,NA,0\n", 3), ("x,y,l\n1,2,?\n", 5)] {
      let error = refusal { _ = try read(text) }
      #expect(error?.code == .syntax)
      #expect(error?.message.contains("--missing or missingValues") == true)
      #expect(error?.location == SourceLocation(file: "a.csv", line: 2, column: column))
    }
    // What is no number and no word for a missing value is refused with any policy.
    for policy in [CSVFile.MissingValues.refuse, .dropRows, .fill(0), .mean] {
      let options = CSVFile.Options(missingValues: policy)
      let error = refusal { _ = try read("1,2,0\n3,oops,1\n", options) }
      #expect(error?.code == .syntax && error?.message.contains("--missing") == false)
      #expect(refusal { _ = try read("1,2,0\n3,inf,1\n", options) }?.code == .notFinite)
    }
  }

  @Test("missing values drop their rows, become a number, or the mean of their column")
  func missingPolicies() throws {
    func read(_ policy: CSVFile.MissingValues) throws -> CSVFile {
      try self.read(Self.gaps, CSVFile.Options(missingValues: policy))
    }
    let dropped = try read(.dropRows)
    #expect(dropped.tensor.doubles == [3, 6] && dropped.lastColumn?.doubles == [0])
    let filled = try read(.fill(-1))
    #expect(filled.tensor.doubles == [1, -1, -1, 4, 5, -1, -1, 8, 3, 6])
    #expect(filled.lastColumn?.doubles == [0, 1, 0, 1, 0])
    // The means are (1 + 5 + 3)/3 = 3 and (4 + 8 + 6)/3 = 6.
    let means = try read(.mean)
    #expect(means.tensor.doubles == [1, 6, 3, 4, 5, 6, 3, 8, 3, 6])
    // Only what is read counts.
    let one = try self.read(
      Self.gaps, CSVFile.Options(missingValues: .dropRows, columns: ["y"]))
    #expect(one.tensor.doubles == [4, 8, 6])
  }

  @Test("labels that are missing are dropped or refused, never filled in")
  func missingLabels() throws {
    let text = "1,0\n2,\n3,1\n"
    let dropped = try read(text, CSVFile.Options(missingValues: .dropRows))
    #expect(dropped.tensor.doubles == [1, 3] && dropped.lastColumn?.doubles == [0, 1])
    for policy in [CSVFile.MissingValues.fill(0), .mean] {
      let error = refusal { _ = try read(text, CSVFile.Options(missingValues: policy)) }
      #expect(error?.code == .syntax && error?.message.contains("a label is missing") == true)
      #expect(error?.location?.line == 2)
    }
    // A word for a missing value does not make a column one of names.
    let first = try read("1,NA\n2,3\n", CSVFile.Options(missingValues: .dropRows))
    #expect(first.classNames == nil && first.lastColumn?.doubles == [3])
    #expect(refusal { _ = try read("1,NA\n2,3\n") }?.code == .syntax)
  }

  @Test("a column without values has no mean, and whole numbers hold none with a fraction")
  func means() throws {
    let mean = CSVFile.Options(missingValues: .mean)
    let empty = refusal { _ = try read("x,y,l\n1,,0\n2,,1\n", mean) }
    #expect(empty?.code == .invalidArgument && empty?.location?.line == 2)
    let fraction = refusal { _ = try read("x,l\n1,0\n2,1\n,1\n", mean, .i32) }
    #expect(fraction?.code == .invalidArgument && fraction?.location?.line == 4)
    #expect(try read("x,l\n1,0\n3,1\n,1\n", mean, .i32).tensor.doubles == [1, 3, 2])
    for number in [Double.nan, .infinity] {
      let fill = CSVFile.Options(missingValues: .fill(number))
      #expect(refusal { _ = try read(Self.gaps, fill) } != nil)
    }
    let half = CSVFile.Options(missingValues: .fill(0.5))
    #expect(refusal { _ = try read("x,l\n,0\n", half, .i32) }?.code == .scalarTypeMismatch)
  }

  @Test("tabs separate fields where the first line has them and no comma")
  func tabs() throws {
    let file = try read("a\tb\tc\n1\t\t0\n2\t3\t1\n", CSVFile.Options(missingValues: .fill(9)))
    #expect(file.columnNames == ["a", "b", "c"] && file.tensor.doubles == [1, 9, 2, 3])
    // A tab beside a comma is space, as before, and one in quotes is none.
    #expect(try read("1,\t2,0\n").tensor.doubles == [1, 2])
    #expect(try read("\"a\tb\",c\n1,0\n").columnNames == ["a\tb", "c"])
    let forced = try read("a,b\tc\n1\t0\n", CSVFile.Options(separator: .tab))
    #expect(forced.columnNames == ["a,b", "c"])
    #expect(refusal { _ = try read("1\t2\n", CSVFile.Options(separator: .comma)) } != nil)
    // By the name of a file, whatever it holds.
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("table-\(UUID().uuidString).tsv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "1\t2\n3\t4\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try DataFile.load(path, csvAs: .f64) == Tensor([1, 2, 3, 4], extents: [2, 2]))
  }

  @Test("semicolons separate fields where the first line has them and neither comma nor tab")
  func semicolons() throws {
    let file = try read("a;b;c\n1.5;;0\n2; 3 ;1\n", CSVFile.Options(missingValues: .fill(9)))
    #expect(file.columnNames == ["a", "b", "c"] && file.tensor.doubles == [1.5, 9, 2, 3])
    #expect(try read("\"a;b\",c\n1,0\n").columnNames == ["a;b", "c"])
    #expect(try read("a;b\tc\n1\t0\n").columnNames == ["a;b", "c"])
    let forced = try read("a,b;c\n1;0\n", CSVFile.Options(separator: .semicolon))
    #expect(forced.columnNames == ["a,b", "c"])
    // A comma for a decimal mark is no part of a number.
    let comma = refusal { _ = try read("1,5;0\n", CSVFile.Options(separator: .semicolon)) }
    #expect(comma?.code == .syntax && comma?.message.contains("\"1,5\" is not a number") == true)
    #expect(refusal { _ = try read("1;2\n", CSVFile.Options(separator: .comma)) } != nil)
  }

  @Test("means of one file fill the gaps of another")
  func meansOfAnotherFile() throws {
    let training = try read(Self.gaps, CSVFile.Options(missingValues: .mean))
    #expect(training.columnMeans == [3, 6])
    let means = try #require(training.columnMeans)
    let test = try read(",8,1\n5,,0\n", CSVFile.Options(missingValues: .fillEach(means)))
    #expect(test.tensor.doubles == [3, 8, 5, 6] && test.columnMeans == means)
    // Those of the columns that are read, in their order.
    let chosen = CSVFile.Options(missingValues: .mean, columns: ["y"])
    #expect(try read(Self.gaps, chosen).columnMeans == [6])
    #expect(try read(Self.gaps, CSVFile.Options(missingValues: .fill(1))).columnMeans == nil)
    for (numbers, code) in [
      ([1.0], Diagnostic.Code.shapeMismatch), ([1, 2, 3], .shapeMismatch),
      ([1, .nan], .invalidArgument), ([], .shapeMismatch),
    ] {
      let options = CSVFile.Options(missingValues: .fillEach(numbers))
      #expect(refusal { _ = try read(Self.gaps, options) }?.code == code)
    }
    let half = CSVFile.Options(missingValues: .fillEach([0.5]))
    #expect(refusal { _ = try read("x,l\n,0\n", half, .i32) }?.code == .scalarTypeMismatch)
    let label = CSVFile.Options(missingValues: .fillEach([0]))
    #expect(refusal { _ = try read("x,l\n1,\n", label) }?.message.contains("a label") == true)
  }
}
