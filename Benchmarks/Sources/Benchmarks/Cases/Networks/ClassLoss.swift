import Adjoint
import Foundation

/// Mean cross-entropy with class numbers, for the networks that classify.
enum ClassLoss {
  static func loss(of scores: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let labels = builder.input("labels", .i32, Shape([scores.shape.dimensions[0]]))
    return crossEntropy(logits: scores, indices: labels)
  }

  static func reference(of scores: [Double], _ inputs: [String: Tensor]) -> Double {
    let labels = inputs["labels"]?.doubles ?? []
    let classes = scores.count / labels.count
    var loss = 0.0
    for (example, label) in labels.enumerated() {
      let row = scores[example * classes..<(example + 1) * classes]
      let largest = row.reduce(-.infinity, max)
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      loss += largest + log(total) - scores[example * classes + Int(label)]
    }
    return loss / Double(labels.count)
  }
}
