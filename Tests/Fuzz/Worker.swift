import Foundation

/// A process that tries seed after seed, so that a trap costs one input and not the campaign.
///
/// It says in a file which seed it is at; `Driver` reads it when the process ends or hangs.
struct Worker {
  /// The memory that inputs have to do with.
  static let memoryLimit = 512 << 20

  /// Where a worker is.
  struct Progress {
    var seed: UInt64
    var counts: Counts

    /// One line of a fixed length, so that a later one covers an earlier one.
    var bytes: [UInt8] {
      let text = "\(seed) \(counts.text)"
      return Array(text.utf8) + Array(repeating: 32, count: max(0, 240 - text.utf8.count)) + [10]
    }

    init(seed: UInt64, counts: Counts) {
      self.seed = seed
      self.counts = counts
    }

    /// What a worker last wrote; nil where it has not begun.
    init?(contentsOf path: String) {
      guard let data = FileManager.default.contents(atPath: path),
        let line = String(bytes: data, encoding: .utf8)?.split(separator: "\n").first
      else { return nil }
      let words = line.split(separator: " ", maxSplits: 1)
      guard let word = words.first, let seed = UInt64(word) else { return nil }
      self.init(seed: seed, counts: Counts(text: words.count > 1 ? String(words[1]) : ""))
    }
  }

  let campaign: any Campaign.Type
  let firstSeed: UInt64
  let seconds: Double
  let progressPath: String

  /// Runs until the time is over; what is found goes to the standard output, a line each.
  func run() throws {
    try Self.limitMemory()
    var campaign = try self.campaign.init()
    var progress = Progress(seed: firstSeed, counts: Counts())
    _ = FileManager.default.createFile(atPath: progressPath, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: progressPath))
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      try file.seek(toOffset: 0)
      try file.write(contentsOf: progress.bytes)
      do {
        try campaign.run(seed: progress.seed, counts: &progress.counts)
      } catch {
        let message = "\(error)".split(separator: "\n").joined(separator: " | ").prefix(2_000)
        print("\(progress.seed) \(message)")
        fflush(nil)
      }
      progress.seed += 1
    }
    try file.seek(toOffset: 0)
    try file.write(contentsOf: progress.bytes)
  }

  private static func limitMemory() throws {
    var limit = rlimit(rlim_cur: rlim_t(memoryLimit), rlim_max: rlim_t(memoryLimit))
    // What the process may write to itself; the code of LLVM, which is only mapped, is not of it.
    guard setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else {
      throw Finding("the memory limit cannot be set")
    }
  }
}
