import Adjoint
import ArgumentParser

/// Checks and times whole steps of compiled graphs.
@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Times whole steps of compiled graphs, after checking their numbers.",
    discussion: """
      A step is a forward and a backward pass and, where there are parameters, their update. Before \
      a case is timed, every number that it computes is compared with plain loops in f64; a wrong \
      one is reported and nothing more is timed.
      """)

  @Option(help: "Only cases whose name contains a match of this regular expression.")
  var filter: String?

  @Flag(help: "Print the cases and what they compute.")
  var list = false

  @Flag(help: "Print a JSON array instead of a table.")
  var json = false

  @Option(help: "The most threads a step uses. (default: one for each processor)")
  var threads: Int?

  @Option(help: "The number of samples of each case; the time reported is their median.")
  var repeats = 31

  @Option(help: "The most seconds of samples of a case; at least one is taken.")
  var timeLimit = 20.0

  @Flag(
    help: "Compile and run chains of up to 100,000 nodes instead, each in a process of its own.")
  var scaling = false

  @Option(help: "With --scaling: only a chain of this length, in this process.")
  var nodes: Int?

  @Flag(
    help: "With --scaling: random functions with numbers of their own; no two kernels are alike.")
  var distinct = false

  @Flag(
    help: """
      Compare the results of plans for machines of one to 64 cores instead, and read the text of \
      each plan again.
      """)
  var machines = false

  @Flag(help: "Measure a round trip between two cores instead, in nanoseconds.")
  var roundTrip = false

  @Flag(help: "Answer the requests of the comparison with other systems on standard input.")
  var serve = false

  @Option(help: "With --serve: threads that share one executable, each running steps.")
  var callers = 1

  @Option(
    help: "Write the selected cases to files in a folder: graphs; inputs, parameters and results.")
  var export: String?

  @Option(help: "Run the one selected case in this new process with the inputs of such a file.")
  var coldStart: String?

  @Option(help: "Draw the results of a comparison, a JSON file, as an SVG picture.")
  var chart: String?

  func validate() throws {
    guard callers > 0 else { throw ValidationError("--callers must be at least 1.") }
    if callers > 1, !serve { throw ValidationError("--callers goes with --serve.") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    guard repeats > 0 else { throw ValidationError("--repeats must be at least 1.") }
    guard timeLimit > 0, timeLimit.isFinite else {
      throw ValidationError("--time-limit must be a positive number of seconds.")
    }
    if distinct, !scaling { throw ValidationError("--distinct goes with --scaling.") }
    if let nodes {
      guard scaling else { throw ValidationError("--nodes goes with --scaling.") }
      guard nodes > 0 else { throw ValidationError("--nodes must be at least 1.") }
    }
    if let filter, (try? Regex(filter)) == nil {
      throw ValidationError("--filter '\(filter)' is not a regular expression.")
    }
  }

  func run() throws {
    LinkedBLAS.endThreads()
    if roundTrip {
      print(CoreRoundTrip.nanoseconds().formatted(fractionDigits: 0))
    } else if scaling {
      try runScaling()
    } else if machines {
      try compareMachines()
    } else if serve {
      try Worker(threads: threads ?? 1, callers: callers).serve()
    } else if let chart {
      print(try ResultsChart(contentsOf: chart).svg())
    } else if let export {
      for item in try selectedCases() {
        try CaseFile.write(item, to: "\(export)/\(item.name).safetensors")
        try item.build().graph.write(to: "\(export)/\(item.name).graph")
      }
    } else if let coldStart {
      let cases = try selectedCases()
      guard cases.count == 1 else {
        throw ValidationError("--cold-start runs one case; --filter names \(cases.count).")
      }
      try ColdStart.run(cases[0], inputs: coldStart, threads: threads)
    } else if list {
      for item in try selectedCases() {
        print(item.name.padded(to: 17, right: true) + " " + item.summary)
      }
    } else {
      try runCases()
    }
  }

  private func selectedCases() throws -> [Case] {
    guard let filter else { return Case.all }
    let pattern = try Regex(filter)
    let cases = (Case.all + Case.further).filter { $0.name.contains(pattern) }
    guard !cases.isEmpty else {
      throw ValidationError("No case matches '\(filter)'; --list shows the cases.")
    }
    return cases
  }

  private func runCases() throws {
    let sampling = Sampling(repeats: repeats, limit: .seconds(timeLimit))
    if json {
      let rows = try selectedCases().map { try $0.measured(threads: threads, sampling) }
      print(jsonArray(of: rows.map(\.json)))
      return
    }
    let cases = try selectedCases()
    print(Measurement.table.header)
    for item in cases {
      print(Measurement.table.row(try item.measured(threads: threads, sampling).cells))
    }
  }

  /// Ends with status 1 where a plan for other cores computes something else.
  private func compareMachines() throws {
    var rows: [MachineRow] = []
    if !json { print(MachineRow.table.header) }
    for item in try selectedCases() {
      let row = MachineComparison.row(of: item)
      rows.append(row)
      if !json { print(MachineRow.table.row(row.cells)) }
    }
    if json { print(jsonArray(of: rows.map(\.json))) }
    guard rows.allSatisfy({ $0.difference == nil }) else { throw ExitCode.failure }
  }

  private func runScaling() throws {
    if let nodes {
      let row = try ChainScaling.measured(nodes: nodes, distinct: distinct, threads: threads)
      print(json ? row.json : ScalingRow.table.header + "\n" + ScalingRow.table.row(row.cells))
      return
    }
    var rows: [ScalingRow] = []
    if !json { print(ScalingRow.table.header) }
    for nodes in ChainScaling.lengths {
      let row = try ScalingRow.measuredInNewProcess(
        nodes: nodes, distinct: distinct, threads: threads)
      rows.append(row)
      if !json { print(ScalingRow.table.row(row.cells)) }
    }
    if json {
      print(jsonArray(of: rows.map(\.json)))
    } else {
      print(ScalingRow.linearity(of: rows))
    }
  }

  private func jsonArray(of objects: [String]) -> String {
    "[\n" + objects.map { "  " + $0 }.joined(separator: ",\n") + "\n]"
  }
}
