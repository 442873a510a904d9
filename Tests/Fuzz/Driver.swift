import Foundation

/// Runs campaigns in workers for a given time, goes on from the seeds of earlier runs, and keeps what fails.
struct Driver {
  /// The processor seconds that one input may take.
  static let hangSeconds = 5.0
  /// What one campaign keeps at most; more of the same helps nobody.
  private static let keptFailures = 20

  /// The folder of the seeds, the counts and the failures.
  let folder: String
  private var failureCount = 0

  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Runs the campaigns one after the other, each for its part of the time, and says what came of it.
  mutating func run(_ campaigns: [any Campaign.Type], seconds: Double) throws -> Bool {
    for campaign in campaigns {
      let counts = try run(campaign, seconds: seconds / Double(campaigns.count))
      print("\(campaign.name): \(counts.text)")
      fflush(nil)
    }
    print("\nOver all runs:")
    for campaign in Campaigns.all {
      if let total = Worker.Progress(contentsOf: path("\(campaign.name).total")) {
        print("\(campaign.name): \(total.counts.text); next seed \(total.seed)")
      }
    }
    if failureCount > 0 { print("\(failureCount) failures; see \(folder)") }
    return failureCount == 0
  }

  private func path(_ name: String) -> String { folder + "/" + name }

  private mutating func run(_ campaign: any Campaign.Type, seconds: Double) throws -> Counts {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var total =
      Worker.Progress(contentsOf: path("\(campaign.name).total"))
      ?? Worker.Progress(seed: 0, counts: Counts())
    var counts = Counts()
    let before = failureCount
    while clock.now < end, failureCount - before < Self.keptFailures {
      let left = (end - clock.now) / .seconds(1)
      let outcome = try runWorker(campaign, from: total.seed, seconds: left)
      counts.add(outcome.counts)
      total.counts.add(outcome.counts)
      total.seed = outcome.nextSeed
      try Data(total.bytes).write(to: URL(fileURLWithPath: path("\(campaign.name).total")))
    }
    return counts
  }

  /// What a worker did before it ended, or was ended.
  private struct Outcome {
    var nextSeed: UInt64
    var counts: Counts
  }

  private mutating func runWorker(
    _ campaign: any Campaign.Type, from seed: UInt64, seconds: Double
  ) throws -> Outcome {
    let progressPath = path("\(campaign.name).progress")
    let foundPath = path("\(campaign.name).found")
    try? FileManager.default.removeItem(atPath: progressPath)
    _ = FileManager.default.createFile(atPath: foundPath, contents: nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["worker", campaign.name, "\(seed)", "\(seconds)", progressPath]
    // A trap costs a worker; to print where takes longer than the inputs of a second.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no"], uniquingKeysWith: { $1 })
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: foundPath))
    try process.run()
    let hung = waitOrEnd(process, progressPath)
    let progress = Worker.Progress(contentsOf: progressPath)
    for line in (try? String(contentsOfFile: foundPath, encoding: .utf8))?.split(separator: "\n")
      ?? []
    {
      let words = line.split(separator: " ", maxSplits: 1)
      if let word = words.first, let seed = UInt64(word) {
        try keep(campaign, seed, words.count > 1 ? String(words[1]) : "")
      }
    }
    guard let progress else {
      throw Finding(
        "the worker of \(campaign.name) did not begin; run it: \(process.arguments ?? [])")
    }
    if process.terminationReason == .exit, process.terminationStatus == 0 {
      return Outcome(nextSeed: progress.seed, counts: progress.counts)
    }
    try keep(
      campaign, progress.seed,
      hung
        ? "takes more than \(Self.hangSeconds) s"
        : "ends the process (\(process.terminationStatus))")
    return Outcome(nextSeed: progress.seed + 1, counts: progress.counts)
  }

  /// Waits for a worker, and ends it where one seed takes too long; whether it was ended.
  private func waitOrEnd(_ process: Process, _ progressPath: String) -> Bool {
    var seed: UInt64?
    var began = 0.0
    while process.isRunning {
      Thread.sleep(forTimeInterval: 0.1)
      let now = Self.processorSeconds(of: process.processIdentifier)
      let current = Worker.Progress(contentsOf: progressPath)?.seed
      if current != seed || seed == nil {
        (seed, began) = (current, now)
      } else if now - began > Self.hangSeconds {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return true
      }
    }
    return false
  }

  /// The processor time that a process has taken: on a busy machine, time on the wall says nothing.
  private static func processorSeconds(of process: Int32) -> Double {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return 0 }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return 0
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Keeps the input of a seed with what is wrong and how to see it again.
  private mutating func keep(
    _ campaign: any Campaign.Type, _ seed: UInt64, _ message: String
  ) throws {
    failureCount += 1
    let name = path("\(campaign.name)-\(seed)")
    // Making the input again may trap as well, so another process does it.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["input", campaign.name, "\(seed)", name]
    try process.run()
    process.waitUntilExit()
    let text =
      "\(campaign.name) \(seed): \(message)\n.build/release/Fuzz try \(campaign.name) \(seed)\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: name + ".txt"))
    print("\(campaign.name) \(seed): \(message)")
    fflush(nil)
  }
}
