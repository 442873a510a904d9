/// A place in a file that the user wrote: Swift source, a graph file, a data file.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file, as the user named it or as the compiler identifies it.
  public var file: String
  /// The line, from 1; 0 where only the file is known.
  public var line: Int
  /// The column, from 1; 0 where it is not known.
  public var column: Int

  /// A place in a file.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The text form.
  public var description: String {
    if line == 0 { return file }
    return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
  }
}

/// The one error type: what is wrong, where, and what to do about it.
public struct Diagnostic: Error, Hashable, Sendable {
  /// What kind of mistake it is, for programs; open, so that new ones break nobody.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The stable spelling, printed in brackets after the message.
    public let name: String
    /// A code with a stable spelling.
    public init(_ name: String) { self.name = name }
    /// The text form.
    public var description: String { name }
  }

  /// What kind of mistake it is.
  public var code: Code
  /// What is wrong and what to do about it, in one or two sentences.
  public var message: String
  /// The node it concerns, by the name it has in print.
  public var node: String?
  /// The place it concerns.
  public var location: SourceLocation?
  /// Further lines, one for each offender where there are several.
  public var notes: [String]

  /// A mistake with its message and, where known, its node and place.
  public init(
    _ code: Code, _ message: String, node: String? = nil, location: SourceLocation? = nil,
    notes: [String] = []
  ) {
    self.code = code
    self.message = message
    self.node = node
    self.location = location
    self.notes = notes
  }

  /// The same mistake with its place, unless it has one already.
  public func located(at location: SourceLocation?) -> Diagnostic {
    var copy = self
    copy.location = self.location ?? location
    return copy
  }

  /// The same mistake with the node it concerns, unless it has one already.
  public func at(node: String?) -> Diagnostic {
    var copy = self
    copy.node = self.node ?? node
    return copy
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `place: message (at node) [code]`, and each note on a line of its own.
  ///
  /// Names and excerpts come from files that may be hostile, so characters that steer a terminal are
  /// spelled out, as in `\u{1b}`.
  public var description: String {
    var text = location.map { "\($0.description.withControlsSpelledOut): " } ?? ""
    text += message.withControlsSpelledOut
    if let node { text += " (at \(node.withControlsSpelledOut))" }
    text += " [\(code)]"
    for note in notes { text += "\n  - \(note.withControlsSpelledOut)" }
    return text
  }
}

extension String {
  fileprivate var withControlsSpelledOut: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether it moves the cursor, breaks the line or turns the direction of writing.
  fileprivate var isControl: Bool {
    if value >= 0x20, value < 0x7f { return false }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}

extension Diagnostic.Code {
  /// A type that no tensor can have, or that is too narrow for a number.
  public static let invalidType = Self("invalid-type")
  /// Operands whose shapes do not go together.
  public static let shapeMismatch = Self("shape-mismatch")
  /// Operands or data of another scalar type than wanted.
  public static let scalarTypeMismatch = Self("scalar-type-mismatch")
  /// An attribute that is missing, of the wrong kind or out of range.
  public static let invalidAttribute = Self("invalid-attribute")
  /// A number of operands that the operator does not take.
  public static let operandCount = Self("operand-count")
  /// A named dimension that was not given a number.
  public static let unboundDimension = Self("unbound-dimension")
  /// A name that nothing has.
  public static let unknownName = Self("unknown-name")
  /// A name that two things have.
  public static let duplicateName = Self("duplicate-name")
  /// A mnemonic that no operator has.
  public static let unknownOperator = Self("unknown-operator")
  /// Text that is not a graph file.
  public static let syntax = Self("syntax")
  /// A graph that breaks a rule of the IR.
  public static let invalidGraph = Self("invalid-graph")
  /// A graph, or a part of it, that has no derivative.
  public static let notDifferentiable = Self("not-differentiable")
  /// An operator that cannot be applied to a batch.
  public static let notBatchable = Self("not-batchable")
  /// An input that the run needs and was not given.
  public static let missingInput = Self("missing-input")
  /// A file that is not what its format says.
  public static let corruptFile = Self("corrupt-file")
  /// A file without a checksum, where one was expected.
  public static let missingChecksum = Self("missing-checksum")
  /// A file that could not be read or written.
  public static let inputOutput = Self("input-output")
  /// More memory asked for than the limit.
  public static let memoryLimit = Self("memory-limit")
  /// A plan that its checker refuses.
  public static let invalidPlan = Self("invalid-plan")
  /// Arguments that do not go together.
  public static let invalidArgument = Self("invalid-argument")
  /// An output that is asked for before anything has run.
  public static let notRun = Self("not-run")
  /// Work that stopped because its task was cancelled.
  public static let cancelled = Self("cancelled")
  /// A number that is not finite where it has to be.
  public static let notFinite = Self("not-finite")
}
