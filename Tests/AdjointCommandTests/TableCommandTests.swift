import Adjoint
import Foundation
import Testing

/// The first line of a CSV file, in every command that reads one.
@Suite struct TableCommandTests {
  private let folder: TemporaryFolder
  private let graph: String
  private let missing: String

  init() throws {
    folder = try TemporaryFolder()
    graph = try folder.file(
      "rows.graph",
      """
      adjoint 1
      graph rows {
        input %x: f32[B, 3]
        parameter %w: f32[3] = constant(0.5)
        %wb = broadcast(%w) {shape = [B, 3], axes = [1]} : f32[B, 3]
        %p = multiply(%x, %wb) : f32[B, 3]
        %loss = reduce_sum(%p) {axes = [0, 1]} : f32[]
        output loss = %loss
      }
      """)
    missing = try folder.file("missing.csv", "5.1,NA,0\n4.9,3.0,0\n6.2,2.9,1\n")
  }

  @Test("a row with a missing value is refused first as elsewhere, and is a header only on demand")
  func missingValues() throws {
    for command in [["run"], ["gradient"], ["trace"], ["check-gradients"]] {
      let arguments = command + [graph, "--input", "x=\(missing)"]
      let refused = try CommandRun(arguments: arguments)
      #expect(refused.status == 1)
      #expect(refused.output.isEmpty)
      #expect(refused.errors.contains("missing.csv:1:5"), "\(refused.errors)")
      #expect(refused.errors.contains("--header yes"))
      #expect(try CommandRun(arguments: arguments + ["--header", "no"]).status == 1)
    }
    let run = try CommandRun(
      "run", graph, "--input", "x=\(missing)", "--header", "yes", "--json")
    #expect(try run.json["dimensions"] as? [String: Int] == ["B": 2])
  }

  @Test("examples, labels and test data take the option")
  func training() throws {
    let named = try folder.file("named.csv", "2019,2020,2021\n1,2,3\n4,5,6\n")
    let plain = try folder.file("plain.csv", "1,2,3\n4,5,6\n")
    func examples(_ options: String...) throws -> Any? {
      try CommandRun(
        arguments: ["train", graph, "--features", "x", "--epochs", "1", "--batch", "2", "--json"]
          + options
      ).json["examples"]
    }
    #expect(try examples("--data", plain) as? Int == 2)
    #expect(try examples("--data", named) as? Int == 3)
    #expect(try examples("--data", named, "--header", "yes") as? Int == 2)
    let refused = try CommandRun("train", graph, "--features", "x", "--data", missing)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("missing.csv:1:5"))
    let tested = try CommandRun(
      "train", graph, "--features", "x", "--data", plain, "--test-data", missing)
    #expect(tested.errors.contains("missing.csv:1:5"))
    let unknown = try CommandRun("run", graph, "--input", "x=\(plain)", "--header", "maybe")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("auto"))
  }
}
