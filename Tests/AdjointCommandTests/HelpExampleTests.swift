import Foundation
import Testing

/// The examples that `--help` shows are run as they are shown: the lines from `adjoint …` on, with what a `\` continues.
@Suite struct HelpExampleTests {
  @Test(arguments: try HelpExampleTests.commands())
  func examplesOfHelpRun(command: String) throws {
    let examples = Self.examples(in: try CommandRun(arguments: ["help", command]).output)
    #expect(!examples.isEmpty, "adjoint help \(command) shows no example")
    // In one folder and in order, since an example may use the file of one before it.
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      at: folder.url.appendingPathComponent("Graphs"),
      withDestinationURL: CommandRun.root.appendingPathComponent("Graphs"))
    for example in examples {
      let run = try CommandRun(
        shell:
          "set -euo pipefail; cd '\(folder.url.path)'; adjoint() { \"$ADJOINT\" \"$@\"; }; \(example)"
      )
      #expect(run.status == 0, "\(example)\n\(run.errors)")
    }
  }

  /// The names of the subcommands, from the help of the command itself.
  static func commands() throws -> [String] {
    let lines = try CommandRun("--help").output.split(separator: "\n")
    let list = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst()
    return list.compactMap { line in
      // Names stand two columns in; what they do, and its further lines, stand further right.
      guard line.hasPrefix("  "), line.dropFirst(2).first?.isLetter == true else { return nil }
      return line.split(separator: " ").first.map(String.init)
    }.filter { $0 != "See" }
  }

  /// The examples in a text of help, one line of the shell each.
  static func examples(in help: String) -> [String] {
    var examples: [String] = []
    var continues = false
    for line in help.split(separator: "\n") {
      let text = line.trimmingCharacters(in: .whitespaces)
      if continues {
        examples[examples.count - 1] += " " + text
      } else if line.hasPrefix("  adjoint ") {
        examples.append(text)
      } else {
        continue
      }
      continues = text.hasSuffix("\\")
      if continues { examples[examples.count - 1].removeLast() }
    }
    return examples
  }

  @Test func findsExamplesWithTheirContinuations() {
    let help = """
      OVERVIEW: Does something.

        adjoint print x \\
          --plan
        adjoint check x

      USAGE: adjoint print <file>
      """
    #expect(Self.examples(in: help) == ["adjoint print x  --plan", "adjoint check x"])
  }
}
