/// What a chain of one length took; times are seconds.
struct ScalingRow: Codable {
  let nodes: Int
  /// The nodes of the simplified graph, derivative included.
  let graphNodes: Int
  let build: Double
  let differentiate: Double
  let simplify: Double
  let verify: Double
  /// Lowering, planning, checking the plan and preparing its kernels.
  let compile: Double
  /// Making the context and the first run in it.
  let firstRun: Double
  let run: Double
  /// The growth of resident memory from before the chain was built to its peak.
  let residentBytes: Int
  let plannedBytes: Int
  let kernels: Int

  /// All stages once.
  var total: Double { build + differentiate + simplify + verify + compile + firstRun + run }

  /// One line of JSON.
  var json: String {
    let times = [
      ("build", build), ("differentiate", differentiate), ("simplify", simplify),
      ("verify", verify), ("compile", compile), ("firstRun", firstRun), ("run", run),
    ].map { ($0, $1.formatted(fractionDigits: 9)) }
    let counts = [
      ("residentBytes", residentBytes), ("plannedBytes", plannedBytes), ("kernels", kernels),
    ].map { ($0, String($1)) }
    let fields =
      [("nodes", String(nodes)), ("graphNodes", String(graphNodes))] + times + counts
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  static let table = Table([
    ("nodes", 8), ("in graph", 9), ("build s", 9), ("differ.", 9), ("simplify", 9), ("verify", 9),
    ("compile", 9), ("1st run", 9), ("run", 9), ("µs/node", 9), ("RSS MiB", 9), ("KiB/node", 9),
    ("kernels", 9),
  ])

  var cells: [String] {
    let times = [build, differentiate, simplify, verify, compile, firstRun, run]
    return [String(nodes), String(graphNodes)] + times.map { $0.formatted(fractionDigits: 4) } + [
      (total / Double(nodes) * 1e6).formatted(fractionDigits: 2),
      (Double(residentBytes) / 1_048_576).formatted(fractionDigits: 1),
      (Double(residentBytes) / 1024 / Double(nodes)).formatted(fractionDigits: 2),
      String(kernels),
    ]
  }

  /// How time and memory a node changed from the shortest chain to the longest; 1 is linear.
  static func linearity(of rows: [ScalingRow]) -> String {
    guard let first = rows.first, let last = rows.last else { return "" }
    let length = Double(last.nodes) / Double(first.nodes)
    let time = last.total / first.total / length
    let memory = Double(last.residentBytes) / Double(max(first.residentBytes, 1)) / length
    return "A node of \(last.nodes) takes \(time.formatted(fractionDigits: 2)) times the time and "
      + "\(memory.formatted(fractionDigits: 2)) times the memory of a node of \(first.nodes)."
  }
}
