import Adjoint
import Testing

/// Numbers on the command line and in files that the type they are for cannot hold.
@Suite struct NumberRangeCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A graph whose output is its input plus 0, in one type.
  private func identity(_ type: String, _ shape: String = "[]") throws -> String {
    try folder.file(
      "identity-\(type).graph",
      """
      adjoint 1
      graph identity {
        input %x: \(type)\(shape)
        output y = %x
      }
      """)
  }

  @Test func literalsOfAFileAreRefusedAtTheirPlace() throws {
    let lines: [(String, String)] = [
      (
        "%a = constant() {value = 3000000000, type = i32[]} : i32[]",
        "6:8: constant: i32 cannot hold"
      ),
      ("%b = constant() {value = -1, type = u8[]} : u8[]", "6:8: constant: u8 cannot hold -1"),
      ("%c = constant() {value = 2.7, type = i32[]} : i32[]", "6:8: constant: i32 cannot hold 2.7"),
      ("%d = constant() {value = nan, type = i32[]} : i32[]", "6:8: constant: i32 cannot hold nan"),
      ("%e = constant() {value = 2, type = bool[]} : bool[]", "6:8: constant: bool cannot hold 2"),
      ("%f = constant() {value = 1e39, type = f32[]} : f32[]", "6:8: constant: f32 cannot hold"),
      (
        "%g = pad(%u) {low = [1], high = [0], value = 300.0} : u8[2]",
        "6:8: pad: u8 cannot hold 300"
      ),
      ("%h = iota() {axis = 0, type = u8[300]} : u8[300]", "6:8: iota: u8 cannot hold 299"),
      ("parameter %p: i32[1] = constant(3000000000)", "6:26: i32 cannot hold 3000000000"),
    ]
    for (line, message) in lines {
      let path = try folder.file(
        "range.graph",
        "adjoint 1\n\ngraph range {\n  input %u: u8[1]\n\n  \(line)\n  output u = %u\n}\n")
      let run = try CommandRun("run", path, "--set", "u=1")
      #expect(run.status == 1)
      #expect(run.output.isEmpty)
      #expect(run.errors.hasPrefix("error: \(path):\(message)"), "\(line): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test(arguments: [
    ("i64", "9007199254740993", "9007199254740993"),
    ("i64", "9007199254740993.0", "9007199254740993"),
    ("i64", "-9223372036854775808", "-9223372036854775808"), ("i32", "3e2", "300"),
    ("u8", "255", "255"),
    ("bool", "1", "true"), ("f32", "0.1", "0.1"), ("f32", "inf", "inf"), ("f32", "-nan", "nan"),
    ("f64", "-nan", "nan"), ("f64", "-0", "-0.0"), ("f32", "1e-60", "0.0"),
    ("f64", "9007199254740993", "9007199254740992.0"),
  ])
  func valuesAreExact(_ type: String, _ number: String, _ printed: String) throws {
    let run = try CommandRun("run", try identity(type), "--set", "x=\(number)")
    #expect(run.output == "y: \(type)[] = \(printed)\n", "\(run.errors)")
    let json = try CommandRun("run", try identity(type), "--set", "x=\(number)", "--json")
    let isText = printed == "nan" || printed == "inf"
    #expect(json.output.contains("\"value\": \(isText ? "\"\(printed)\"" : printed)\n"))
  }

  @Test(arguments: [
    ("i64", "9223372036854775808"), ("i64", "9007199254740992.5"), ("i32", "2.7"), ("i32", "nan"),
    ("i32", "2147483648"), ("u8", "-1"), ("bool", "2"), ("f32", "1e39"), ("f32", "-1e400"),
    ("f64", "1e400"),
  ])
  func valuesBeyondTheTypeAreRefused(_ type: String, _ number: String) throws {
    let run = try CommandRun("run", try identity(type), "--set", "x=\(number)")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: x: \(type)[] cannot hold "), "\(run.errors)")
    let list = try CommandRun("run", try identity(type, "[3]"), "--set", "x=1,\(number),0")
    #expect(list.errors.contains("(number 2 of 3)"), "\(list.errors)")
  }

  @Test func filesAreRefused() throws {
    let x = folder.path("x.npy")
    for (tensor, type) in try [
      (Tensor([1, 1e39]), "f32"), (Tensor([1, 0.5]), "i32"), (Tensor([1, 300]), "u8"),
      (Tensor([1, 2]), "bool"), (Tensor(.i64([0, 1 << 40]), extents: [2]), "i32"),
    ] {
      try NPYFile(tensor).write(to: x)
      let run = try CommandRun("run", try identity(type, "[2]"), "--input", "x=\(x)")
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(x): x: \(type)[2] cannot hold "), "\(run.errors)")
    }
    try NPYFile(Tensor(.i64([7, (1 << 24) + 1]), extents: [2])).write(to: x)
    let run = try CommandRun("run", try identity("f64", "[2]"), "--input", "x=\(x)")
    #expect(run.output == "y: f64[2] = [7.0, 16777217.0]\n")
  }

  @Test(arguments: [
    ("i64", "9007199254740993", "9007199254740993"), ("i32", "16777217", "16777217"),
    ("u8", "255", "255"), ("bool", "1.0", "true"), ("f32", "16777217", "16777216.0"),
  ])
  func tablesAreExact(_ type: String, _ number: String, _ printed: String) throws {
    let x = try folder.file("x.csv", "a,b\n0,\(number)\n")
    let run = try CommandRun("run", try identity(type, "[1, 2]"), "--input", "x=\(x)")
    let zero = type == "bool" ? "false" : type == "f32" ? "0.0" : "0"
    #expect(run.output.hasSuffix("[[\(zero), \(printed)]]\n"), "\(run.output)\(run.errors)")
  }

  @Test(arguments: [
    ("i64", "9223372036854775808"), ("i32", "2147483648"), ("i32", "2.7"), ("u8", "256"),
    ("bool", "2"), ("f32", "1e39"), ("f64", "1e400"),
  ])
  func tablesAreRefusedAtTheirPlace(_ type: String, _ number: String) throws {
    let x = try folder.file("x.csv", "1, 0\n0, \(number)\n")
    let run = try CommandRun("run", try identity(type, "[2, 2]"), "--input", "x=\(x)")
    #expect(run.status == 1)
    #expect(
      run.errors.hasPrefix("error: \(x):2:4: x: \(type)[2, 2] cannot hold "), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  /// The loss is the difference between the labels and 2²⁴, which `f32` does not tell from 2²⁴ + 1.
  @Test func labelsOfATableAreExact() throws {
    let graph = try folder.file(
      "labels.graph",
      """
      adjoint 1
      graph labels {
        input %x: f32[B, 1]
        input %t: i64[B]
        parameter %w: f32[1, 1] = zeros
        %c = constant() {value = 16777216, type = i64[]} : i64[]
        %large = broadcast(%c) {shape = [B], axes = []} : i64[B]
        %rest = subtract(%t, %large) : i64[B]
        %r = cast(%rest) {to = f32} : f32[B]
        %p = dot_general(%x, %w) {contract_left = [1], contract_right = [0]} : f32[B, 1]
        %q = reshape(%p) {shape = [B]} : f32[B]
        %error = subtract(%r, %q) : f32[B]
        %square = multiply(%error, %error) : f32[B]
        %loss = reduce_sum(%square) {axes = [0]} : f32[]
        output loss = %loss
      }
      """)
    func loss(_ options: String...) throws -> Any? {
      let run = try CommandRun(
        arguments: ["train", graph, "--epochs", "1", "--batch", "2", "--json"] + options)
      #expect(run.status == 0, "\(run.errors)")
      return try run.json["losses"] as? [Double] ?? run.output
    }
    let data = try folder.file("x.csv", "0,16777217\n0,16777219\n")
    #expect(try loss("--data", data) as? [Double] == [10])
    let features = try folder.file("features.csv", "0\n0\n")
    let labels = try folder.file("labels.csv", "label\n16777217\n16777219\n")
    #expect(try loss("--data", features, "--labels", labels) as? [Double] == [10])
    let wrong = try folder.file("wrong.csv", "0,16777217\n0, 0.5\n")
    let refused = try CommandRun("train", graph, "--data", wrong)
    #expect(
      refused.errors.hasPrefix("error: \(wrong):2:4: t: i64[B] cannot hold 0.5"),
      "\(refused.errors)")
  }
}
