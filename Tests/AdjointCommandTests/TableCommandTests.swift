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

  /// The graph's loss is half the sum of all features, so that it tells what gaps became.
  @Test("test data and data to evaluate have their gaps filled with the means of the training data")
  func meansOfTheTrainingData() throws {
    // The means are 2, 4 and 6; those of the other file would be 10, 20 and 30.
    let data = try folder.file("training.csv", "a,b,c\n1,4,6\n3,,6\n")
    let other = try folder.file("test.csv", "a,b,c\n,20,\n10,,30\n")
    let weights = folder.path("means.safetensors")
    let common = ["--features", "x", "--missing", "mean"]
    let trained = try CommandRun(
      arguments: [
        "train", graph, "--data", data, "--test-data", other, "--epochs", "1", "--learning-rate",
        "1e-9", "--output", weights, "--json",
      ] + common
    ).json
    let evaluation = try #require(trained["evaluation"] as? [String: Any])
    let wanted = 0.5 * (2 + 20 + 6 + 10 + 4 + 30)
    #expect(abs(try #require(evaluation["loss"] as? Double) - wanted) < 1e-3)
    let evaluated = try CommandRun(
      arguments: ["evaluate", graph, "--weights", weights, "--data", other, "--json"] + common
    ).json
    let metrics = try #require(evaluated["metrics"] as? [String: Double])
    #expect(abs(try #require(metrics["loss"]) - wanted) < 1e-3)
    // Other columns than those of the training have no means.
    let wide = try folder.file("wide.csv", "a,b,c,d\n1,2,3,4\n")
    let refused = try CommandRun(
      arguments: ["evaluate", graph, "--weights", weights, "--data", wide] + common)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("wide.csv:1:1: missing values are to become 3 numbers"))
  }

  @Test("semicolons separate fields where they are asked for or nothing else does")
  func semicolons() throws {
    let data = try folder.file("semicolons.csv", "a;b;c\n1;2;3\n4;5;6\n")
    for separator in ["auto", "semicolon"] {
      let run = try CommandRun(
        "train", graph, "--features", "x", "--data", data, "--separator", separator, "--epochs",
        "1", "--json")
      #expect(try run.json["examples"] as? Int == 2)
    }
    let wrong = try CommandRun(
      "train", graph, "--features", "x", "--data", data, "--separator", "comma")
    #expect(wrong.status == 1)
  }
}
