import Adjoint
import Foundation
import Testing

/// Labels, scores and features that the command could take for something else.
@Suite struct LabelTests {
  private let folder: TemporaryFolder
  private let graph: String

  init() throws {
    folder = try TemporaryFolder()
    graph = try folder.file(
      "one-hot.graph",
      """
      adjoint 1
      graph one_hot {
        input %x: f32[B, 2]
        input %t: f32[B, 2]
        parameter %w: f32[2, 2] = glorot
        %logits = dot_general(%x, %w) {contract_left = [1], contract_right = [0]} : f32[B, 2]
        %error = subtract(%logits, %t) : f32[B, 2]
        %square = multiply(%error, %error) : f32[B, 2]
        %loss = reduce_sum(%square) {axes = [0, 1]} : f32[]
        output loss = %loss
        output logits = %logits
        output narrow = %error
      }
      """)
  }

  /// Class 0 along the first axis, class 1 along the second.
  private func train(_ labels: String, _ more: String...) throws -> CommandRun {
    let data = try folder.file("x.csv", String(repeating: "1,0\n0,1\n0.9,0.1\n0.2,1\n", count: 4))
    return try CommandRun(
      arguments: [
        "train", graph, "--features", "x", "--data", data, "--labels",
        folder.file("t.csv", String(repeating: labels, count: 4)), "--batch", "4", "--epochs", "60",
        "--learning-rate", "0.05",
      ] + more)
  }

  @Test func oneNumberForEachClassIsALabel() throws {
    let run = try train("1,0\n0,1\n1,0\n0,1\n", "--hold-out", "0.5", "--show", "1")
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("held-out accuracy: 100.0 %\n"))
    #expect(!run.output.contains("wrong"))
  }

  @Test func labelsOfAnotherWidthAreRefused() throws {
    let run = try train("1,0,0\n0,1,0\n1,0,0\n0,1,0\n")
    #expect(run.status == 1)
    #expect(
      run.errors.contains(
        "x.csv: an example has 3 numbers for the input t: f32[B, 2], which takes [2] [shape-mismatch]"
      ))
  }

  @Test(arguments: [
    (["--scores", "loss"], "a row for each example", "[invalid-graph]"),
    (["--scores", "nothing"], "an output named nothing, the scores", "[unknown-name]"),
    (["--loss", "logits"], "the loss must be a floating-point scalar", "[invalid-graph]"),
  ])
  func partsThatCannotBeAreRefused(_ options: [String], _ part: String, _ code: String) throws {
    let run = try CommandRun(
      arguments: ["train", graph, "--features", "x", "--data", "none.csv"] + options)
    #expect(run.status == 1)
    #expect(run.errors.contains(part), "\(run.errors)")
    #expect(run.errors.contains(code))
  }

  @Test func featuresMustBeNamedAndFloatingPoint() throws {
    let several = try CommandRun("train", graph, "--data", "none.csv")
    #expect(several.status == 1)
    #expect(several.errors.contains("training needs to be told which input is the features"))
    let whole = try CommandRun(
      "train", "Graphs/digits-mlp.graph", "--features", "labels", "--data", "none.csv")
    #expect(whole.status == 1)
    #expect(whole.errors.contains("an input named labels that can be the features"))
  }

  @Test func anExampleOfMoreNumbersThanCanBeCountedIsRefused() throws {
    let large = try folder.file(
      "large.graph",
      """
      adjoint 1
      graph large {
        input %x: f32[B, 35184372088832]
        parameter %w: f32[] = zeros
        %sum = reduce_sum(%x) {axes = [0, 1]} : f32[]
        %loss = multiply(%sum, %w) : f32[]
        output loss = %loss
      }
      """)
    let data = try folder.file("x.csv", "1,2\n3,4\n5,6\n7,8\n")
    let run = try CommandRun("train", large, "--data", data)
    #expect(run.status == 1)
    #expect(!run.isSignal)
    #expect(run.errors.contains("x.csv: an example has 2 numbers for the input x"), "\(run.errors)")
  }

  /// An example is counted by its row in the file, also where a part is held out.
  @Test func aLabelOutOfRangeIsNamedByItsRow() throws {
    let files = try TrainingFiles()
    let text = try String(contentsOfFile: files.data, encoding: .utf8)
    var rows = text.split(separator: "\n").map(String.init)
    rows[41] = rows[41].dropLast() + "10"
    let data = try files.folder.file("labels.csv", rows.joined(separator: "\n"))
    let run = try CommandRun("train", files.graph, "--data", data, "--hold-out", "0.5")
    #expect(run.status == 1)
    #expect(
      run.errors == """
        error: \(data): the label of example 42 is 10.0, and the graph has the classes 0 to 9 \
        [invalid-argument]

        """)
  }

  @Test func aScaleThatLeavesTheRangeIsRefused() throws {
    let files = try TrainingFiles()
    let run = try CommandRun("train", files.graph, "--data", files.data, "--scale", "1e-45")
    #expect(run.status == 1)
    #expect(run.errors.contains("divided by 1e-45, is beyond the range of f32"), "\(run.errors)")
    #expect(run.errors.contains("[not-finite]"))
  }
}
