import Adjoint
import AdjointGraph

/// Tells a training step from others.
///
/// A checkpoint with a checksum has another digest than one from before there were any: damage to the
/// names of the checksum does not make it one of those.
package struct StepDigest {
  package let withChecksum: String
  package let withoutChecksum: String

  /// The digests of the graph of a step, with its initial values and the inputs it is given.
  package init(of step: Graph, _ interface: TrainingInterface) {
    var digest = ContentDigest()
    digest.add(step.description)
    digest.add(interface.features)
    digest.add(interface.labels ?? "")
    withoutChecksum = digest.text
    digest.add("checksum")
    withChecksum = digest.text
  }
}
