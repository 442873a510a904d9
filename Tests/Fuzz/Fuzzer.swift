import Foundation

// The fuzzer: see CONTRIBUTING.md. `make fuzz` runs it.
//
//   Fuzz run SECONDS FOLDER [CAMPAIGN …]    tries inputs, from the seeds on that the folder holds
//   Fuzz try CAMPAIGN SEED                  tries one input again, in this process
//   Fuzz input CAMPAIGN SEED FILE           writes the input of a seed to FILE with a suffix
//   Fuzz samples FOLDER                     writes what libFuzzer begins with

#if !COVERAGE
  @main
  struct Fuzzer {
    static func main() {
      do {
        exit(try run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(2)
      }
    }

    private static func run(_ arguments: [String]) throws -> Bool {
      switch arguments.first {
      case "run" where arguments.count >= 3:
        guard let seconds = Double(arguments[1]) else {
          throw Finding("\(arguments[1]) is no number")
        }
        let named = try arguments.dropFirst(3).map(Campaigns.named)
        var driver = try Driver(folder: arguments[2])
        return try driver.run(named.isEmpty ? Campaigns.all : named, seconds: seconds)
      case "worker" where arguments.count == 5:
        guard let seed = UInt64(arguments[2]), let seconds = Double(arguments[3]) else { break }
        try Worker(
          campaign: Campaigns.named(arguments[1]), firstSeed: seed, seconds: seconds,
          progressPath: arguments[4]
        ).run()
        return true
      case "try" where arguments.count == 3:
        guard let seed = UInt64(arguments[2]) else { break }
        var counts = Counts()
        var campaign = try Campaigns.named(arguments[1]).init()
        try campaign.run(seed: seed, counts: &counts)
        print(counts.text)
        return true
      case "input" where arguments.count == 4:
        guard let seed = UInt64(arguments[2]) else { break }
        let input = try Campaigns.named(arguments[1]).init().input(seed: seed)
        try Data(input.bytes).write(to: URL(fileURLWithPath: "\(arguments[3]).\(input.suffix)"))
        return true
      case "samples" where arguments.count == 2:
        try CoverageInput.writeSamples(to: arguments[1])
        return true
      default: break
      }
      throw Finding(
        "usage: Fuzz run SECONDS FOLDER [CAMPAIGN …] | try CAMPAIGN SEED"
          + " | input CAMPAIGN SEED FILE | samples FOLDER")
    }
  }
#endif
