import Adjoint
import ArgumentParser

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Tells how long each step of a graph takes.",
    discussion: """
      For each step of the plan: its time, the median over the repeats; its part of all; its arithmetic and the \
      bytes that it moves in a second, and what part that is of what this machine can do, which is measured first; \
      and the nodes that it computes, with their places. Bytes that stay in a cache may come faster than memory \
      gives them. The steps that take most come first. Values are given as for run; an input without one gets \
      made-up numbers.

      --trace writes what each thread did when, in the fastest run, for Chrome (chrome://tracing) or Perfetto.

        adjoint profile Graphs/digits-mlp.graph --gradient --dim B=32
        adjoint profile Graphs/digits-mlp.graph --dim B=512 --threads 2 --repeats 5 \\
          --trace trace.json
        adjoint profile Graphs/trace.graph --set x1=1 --json
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @OptionGroup var gradient: GradientOptions

  @OptionGroup var input: InputOptions

  @OptionGroup var profile: ProfileOptions

  @Option(
    parsing: .unconditional, help: "How many steps are listed, those that take most first.")
  var steps = 30

  @Option(
    help: ArgumentHelp("Write a trace of what each thread did when, as JSON.", valueName: "file"))
  var trace: String?

  @Flag(help: "Print a JSON object, with all steps.")
  var json = false

  func validate() throws {
    guard steps >= 0 else { throw ValidationError("--steps cannot be \(steps)") }
  }

  func run() throws {
    if let trace { try AtomicFile.check(trace) }
    let whole = try Graph(contentsOf: file)
    let graph = try gradient.graph(of: whole)
    let result = try profile.profile(of: graph, in: whole, input, file: file)
    if let trace { try result.writeChromeTrace(to: trace) }
    try StandardStream.output.write(json ? result.json.text : text(result))
  }

  private func text(_ profile: Profile) -> String {
    let order = profile.steps.indices.sorted {
      (profile.steps[$1].seconds, $0) < (profile.steps[$0].seconds, $1)
    }
    let limits = profile.limits
    var text = """
      \(profile.graph): \(profile.steps.count) step\(profile.steps.count == 1 ? "" : "s") in \
      \(TimeText.short(profile.seconds)) on \
      \(profile.threads == 1 ? "1 thread" : "at most \(profile.threads) threads"), the median of \
      \(profile.repeats) run\(profile.repeats == 1 ? "" : "s"); \
      \(TimeText.short(profile.watchedSeconds)) watched, \
      \(TimeText.short(profile.clockSeconds)) of each step for the clock
      this machine: \(giga(limits.operationsPerSecond)) GFLOP/s, \(giga(limits.bytesPerSecond)) GB/s \
      (\(limits.summary))

      """
    if !profile.assumptions.isEmpty {
      text += "made up:\n" + profile.assumptions.map { "  \($0)\n" }.joined()
    }
    guard steps > 0 else { return text }
    var table = TextTable([
      "step", "time", "share", "GFLOP/s", "of peak", "GB/s", "of memory", "threads", "kernel",
      "nodes",
      "places",
    ])
    table.rightAligned = Set(0...7)
    for step in order.prefix(steps).map({ profile.steps[$0] }) {
      table.append([
        String(step.number), TimeText.short(step.seconds), percent(step.share),
        giga(step.operationsPerSecond),
        percent(step.operationsPerSecond / limits.operationsPerSecond),
        giga(step.bytesPerSecond), percent(step.bytesPerSecond / limits.bytesPerSecond),
        String(step.threadCount), "k\(step.kernelNumber) \(step.kernel)", step.label,
        step.placeSummary,
      ])
    }
    text += "\n" + table.text
    if order.count > steps { text += "and \(order.count - steps) others\n" }
    return text
  }

  private func giga(_ perSecond: Double) -> String {
    NumberText.fixed(perSecond * 1e-9, decimals: 2)
  }

  private func percent(_ share: Double) -> String {
    "\(NumberText.fixed(share * 100, decimals: 1)) %"
  }
}
