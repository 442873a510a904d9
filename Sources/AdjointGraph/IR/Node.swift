import AdjointCore

/// The place of a value in a graph: a node and one of its results.
package struct ValueID: Hashable, Sendable {
  package var node: Int
  package var result: Int

  package init(node: Int, result: Int = 0) {
    self.node = node
    self.result = result
  }
}

/// One node: where a value comes from.
///
/// What a node computes is shared by all graphs that have it; a pass copies only its operands and its
/// name.
package struct Node: Sendable {
  package enum Kind: Sendable {
    /// A value the caller gives for each run.
    case input
    /// A value kept from run to run.
    case parameter(Initializer)
    /// An operator applied to earlier values.
    case operation(any Operator)
  }

  private var content: Content
  package var operands: OperandList
  /// The name the user gave; inputs and parameters always have one.
  package var name: String?

  package init(
    kind: Kind, operands: some Collection<ValueID>, resultTypes: [TensorType], name: String?,
    location: SourceLocation? = nil, provenance: Provenance? = nil, history: NodeHistory? = nil
  ) {
    content = Content(kind, resultTypes, location, provenance, history)
    self.operands = OperandList(operands)
    self.name = name
  }

  package var kind: Kind {
    get { content.kind }
    set { content = Content(newValue, resultTypes, location, provenance, history) }
  }

  package var resultTypes: [TensorType] {
    get { content.resultTypes }
    set { content = Content(kind, newValue, location, provenance, history) }
  }

  package var location: SourceLocation? { content.location }

  package var provenance: Provenance? {
    get { content.provenance }
    set { content = Content(kind, resultTypes, location, newValue, history) }
  }

  /// The rewrites that made the node; nil where none did.
  package var history: NodeHistory? { content.history }

  /// The node with another place and reason, and rewrites that made it, each where there is one.
  func marked(
    _ location: SourceLocation?, _ provenance: Provenance?, _ history: NodeHistory?
  ) -> Node {
    guard location != nil || provenance != nil || history != nil else { return self }
    var copy = self
    copy.content = Content(
      kind, resultTypes, location ?? self.location, provenance ?? self.provenance,
      self.history ?? history)
    return copy
  }

  /// The operator, or nil for inputs and parameters.
  package var operation: (any Operator)? {
    if case .operation(let operation) = content.kind { operation } else { nil }
  }

  /// The type of the operator, or nil for inputs and parameters; reading it copies no operator.
  package var operatorType: ObjectIdentifier? { content.operatorType }

  /// The functions that the operator calls.
  package var functions: [Function] { content.functions }

  /// `input`, `parameter` or the operator's mnemonic.
  package var mnemonic: String {
    switch content.kind {
    case .input: "input"
    case .parameter: "parameter"
    case .operation(let operation): operation.mnemonic
    }
  }

  /// Equal for a node and for what passes carry over of it unchanged, as long as one of both is there.
  package var identity: ObjectIdentifier { ObjectIdentifier(content) }

  /// A number that nodes with equal operators and operands share.
  var contentHash: UInt64 { operands.hash(after: content.operatorHash) }

  /// Whether both apply equal operators to the same operands.
  func computesTheSame(as other: Node) -> Bool {
    guard operands == other.operands else { return false }
    if content === other.content { return operatorType != nil }
    guard content.operatorHash == other.content.operatorHash,
      case .operation(let operation) = content.kind, case .operation(let known) = other.content.kind
    else { return false }
    return operation.isEqual(to: known)
  }
}

extension Node {
  /// What a node computes, of which types, and where it comes from.
  private final class Content: Sendable {
    let kind: Kind
    let resultTypes: [TensorType]
    let location: SourceLocation?
    let provenance: Provenance?
    let history: NodeHistory?
    let operatorType: ObjectIdentifier?
    /// Worked out once, for every pass looks for equal nodes.
    let operatorHash: Int
    let functions: [Function]

    init(
      _ kind: Kind, _ resultTypes: [TensorType], _ location: SourceLocation?,
      _ provenance: Provenance?, _ history: NodeHistory?
    ) {
      self.kind = kind
      self.resultTypes = resultTypes
      self.location = location
      self.provenance = provenance
      self.history = history
      guard case .operation(let operation) = kind else {
        operatorType = nil
        operatorHash = 0
        functions = []
        return
      }
      let type = ObjectIdentifier(type(of: operation))
      operatorType = type
      var hasher = Hasher()
      hasher.combine(type)
      operation.hash(into: &hasher)
      operatorHash = hasher.finalize()
      functions = operation.functions
    }
  }
}
