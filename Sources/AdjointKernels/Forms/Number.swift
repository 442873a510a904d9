/// The number of one of the things of a kind, so that the numbers of two kinds cannot be mixed up.
@usableFromInline
package struct Number<Kind>: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
  /// The place in the list of all things of the kind, from 0 on.
  @usableFromInline package let rawValue: Int

  @inlinable
  package init(_ rawValue: Int) { self.rawValue = rawValue }

  @inlinable
  package init(integerLiteral value: Int) { self.init(value) }

  @inlinable
  package static func == (left: Number, right: Number) -> Bool { left.rawValue == right.rawValue }

  @inlinable
  package static func < (left: Number, right: Number) -> Bool { left.rawValue < right.rawValue }

  @inlinable
  package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// What is numbered.
package enum Numbered {
  /// Values of a kernel graph.
  package enum Value {}
  /// Steps of a kernel graph.
  package enum Step {}
}

/// The number of a value of a kernel graph.
package typealias ValueNumber = Number<Numbered.Value>
/// The number of a step of a kernel graph, which it keeps wherever it moves.
package typealias StepNumber = Number<Numbered.Step>

extension Array {
  /// The element that stands for the thing of a number.
  @inlinable
  package subscript<Kind>(number: Number<Kind>) -> Element {
    _read { yield self[number.rawValue] }
    _modify { yield &self[number.rawValue] }
  }
}
