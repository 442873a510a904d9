import AdjointCore

/// The mistakes of a graph under construction, in the order in which they were made.
package struct Mistakes {
  /// Mistakes beyond this number are counted and not listed.
  static let mostListed = 100

  private struct Mistake {
    var diagnostic: Diagnostic
    /// Where the place is not known: the calls that led to the mistake.
    var stack: CallStack?
  }

  private var listed: [Mistake] = []
  package private(set) var count = 0

  package var isEmpty: Bool { count == 0 }

  package init() {}

  /// Enters a mistake; one without a place is placed at the innermost caller outside this package.
  mutating func append(_ diagnostic: Diagnostic) {
    count += 1
    guard listed.count < Self.mostListed else { return }
    // Which addresses led here is only known now; what lines they are can be found out later.
    let stack = diagnostic.location == nil ? CallStack.capture() : nil
    listed.append(Mistake(diagnostic: diagnostic, stack: stack))
  }

  /// Enters the mistakes that another builder made on behalf of this one.
  package mutating func append(_ other: Mistakes) {
    listed += other.listed.prefix(Self.mostListed - listed.count)
    count += other.count
  }

  /// Says of the mistakes from a number on which node they concern, where they do not say so.
  package mutating func concern(node: String, from first: Int) {
    guard first < listed.count else { return }
    for number in first..<listed.count {
      listed[number].diagnostic = listed[number].diagnostic.at(node: node)
    }
  }

  /// All mistakes in one: the only one as it is, several as notes.
  package func diagnostic(graph name: String) -> Diagnostic? {
    // To list what is loaded costs more than to build a small graph, such as the body of a function.
    if isEmpty { return nil }
    let callers = CallerLocations()
    let located = listed.map { mistake in
      mistake.diagnostic.located(at: mistake.stack.flatMap { callers.location(of: $0) })
    }
    guard let first = located.first else { return nil }
    if count == 1 { return first }
    var notes = located.map { mistake in
      var line = mistake
      line.notes = []
      return ([line.description] + mistake.notes).joined(separator: "; ")
    }
    if count > located.count { notes.append("and \(count - located.count) more") }
    return Diagnostic(
      first.code, "the graph \(name) has \(count) mistakes; correct what the notes list",
      node: first.node, location: first.location, notes: notes)
  }
}

extension GraphBuilder {
  /// Keeps a mistake for `build()`, and gives what takes the place of the value.
  ///
  /// - Parameter type: The type that the value counts as.
  package func poison(_ mistake: Diagnostic, like type: TensorType?) -> Value {
    record(mistake)
    return poison(like: type)
  }

  /// Keeps a mistake for `build()`.
  package func record(_ mistake: Diagnostic) { mistakes.append(mistake) }

  /// What takes the place of a value that cannot be made, for a mistake that is kept already.
  package func poison(like type: TensorType?) -> Value {
    let node = Node(
      kind: .operation(Poison()), operands: [],
      resultTypes: [type ?? TensorType(.f32, .scalar)], name: nil)
    return value(ValueID(node: appendUnmerged(node)))
  }

  /// Whether a mistake stands in the place of a value of this builder.
  package func isPoisoned(_ value: Value) -> Bool {
    !mistakes.isEmpty && operation(of: value.id.node, as: Poison.self) != nil
  }

  /// Keeps a mistake here and in the other builders whose values it concerns.
  package func record(_ mistake: Diagnostic, concerning values: [Value]) {
    record(mistake)
    var told = [self]
    for value in values
    where !told.contains(where: { $0 === value.builder }) && !value.builder.isPoisoned(value) {
      value.builder.record(mistake)
      told.append(value.builder)
    }
  }

  /// Makes a value; a mistake on the way is kept for `build()` and poisons it.
  ///
  /// Where one of the values it is made of is poisoned, so is the result, in silence. Where one belongs to
  /// another builder, that is a mistake in both.
  ///
  /// - Parameter type: The type that the value counts as where it is poisoned; that of the first of the
  ///   values it is made of where nil.
  package func attempt(
    _ values: [Value], like type: TensorType? = nil, at location: SourceLocation? = nil,
    _ body: () throws(Diagnostic) -> Value
  ) -> Value {
    do throws(Diagnostic) {
      try checkOwner(of: values, at: location)
      if !values.contains(where: isPoisoned) { return try body() }
    } catch {
      record(error.located(at: location), concerning: values)
    }
    return poison(like: type ?? values.first?.type)
  }

  /// Makes several values; a mistake on the way is kept for `build()` and poisons all of them.
  ///
  /// As `attempt`, which makes one.
  ///
  /// - Parameter types: The types that the values count as where they are poisoned.
  package func attemptAll(
    _ values: [Value], like types: [TensorType], at location: SourceLocation? = nil,
    _ body: () throws(Diagnostic) -> [Value]
  ) -> [Value] {
    do throws(Diagnostic) {
      try checkOwner(of: values, at: location)
      if !values.contains(where: isPoisoned) { return try body() }
    } catch {
      record(error.located(at: location), concerning: values)
    }
    return types.map { poison(like: $0) }
  }

  /// Refuses values that another builder made: their numbers mean other nodes here.
  ///
  /// - Throws: of a poisoned value, the mistake that poisoned it.
  func checkOwner(
    of values: [Value], at location: SourceLocation?
  ) throws(Diagnostic) {
    try checkExamples(among: values, at: location)
    for value in values where value.builder !== self {
      if value.builder.isPoisoned(value) { try value.builder.refuseMistakes() }
      let owner = value.builder.name
      throw Diagnostic(
        .invalidArgument,
        "\(value) belongs to the graph \(owner), not to \(name == owner ? "this other" : name); "
          + "make all values of a computation with one builder",
        location: location)
    }
  }

  /// Refuses a graph with mistakes.
  ///
  /// - Throws: all of them in one.
  package func refuseMistakes() throws(Diagnostic) {
    if let diagnostic = mistakes.diagnostic(graph: name) { throw diagnostic }
  }
}

extension Value {
  /// What a call gives that has no value to tell a builder by: whoever uses it has the mistake.
  package static func poisoned(by mistake: Diagnostic) -> Value {
    GraphBuilder().poison(mistake, like: nil)
  }
}
