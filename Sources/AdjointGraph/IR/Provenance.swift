/// Why a derivative or update node exists: the forward node, operand and contribution it stands for.
///
/// A node without provenance belongs to the graph that the user wrote.
public struct Provenance: Hashable, Sendable {
  /// What part of a derived graph a node belongs to.
  public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Carries tangents from inputs to outputs (forward mode).
    case tangent
    /// Carries cotangents from outputs to inputs (reverse mode).
    case adjoint
    /// Adds up the contributions of several children to one adjoint.
    case accumulation
    /// Computes the next value of a parameter.
    case update
  }

  /// What part of a derived graph the node belongs to.
  public var role: Role
  /// The name that the forward node, or the parameter, has in print.
  public var node: String
  /// The mnemonic of the forward node, whose rule wrote this node.
  public var rule: String
  /// The operand of the forward node whose cotangent this is; nil where it is not one operand's.
  public var operand: Int?
  /// Which of the contributions to the operand's adjoint it is, counted from 0.
  public var contribution: Int?

  /// A reason for a node.
  public init(
    _ role: Role, of node: String, rule: String, operand: Int? = nil, contribution: Int? = nil
  ) {
    self.role = role
    self.node = node
    self.rule = rule
    self.operand = operand
    self.contribution = contribution
  }
}
