/// The number of one of the things of a kind, so that the numbers of two kinds cannot be mixed up.
@usableFromInline
package struct Number<Kind>: Hashable, Strideable, Sendable, ExpressibleByIntegerLiteral {
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

  @inlinable
  package func distance(to other: Number) -> Int { other.rawValue - rawValue }

  @inlinable
  package func advanced(by distance: Int) -> Number { Number(rawValue + distance) }
}

extension Number: CustomStringConvertible {
  /// The digits alone, for texts and diagnostics.
  @inlinable
  package var description: String { String(rawValue) }
}

/// What is numbered.
@usableFromInline
package enum Numbered {
  /// Values of a kernel graph.
  package enum Value: KindInArrays {}
  /// Steps of a kernel graph.
  package enum Step: KindInArrays {}
  /// Steps of a scalar program.
  package enum Instruction {}
  /// Buffers of a plan.
  package enum Buffer {}
  /// Steps of a plan.
  package enum PlanStep {}
  /// Axes of the points of a nest, each a loop.
  @usableFromInline
  package enum Axis {}
}

/// A kind whose numbers subscript plain arrays; those of the others subscript a `NumberedArray` of their kind alone.
@usableFromInline
package protocol KindInArrays {}

/// The number of a value of a kernel graph.
package typealias ValueNumber = Number<Numbered.Value>
/// The number of a step of a kernel graph, which it keeps wherever it moves.
package typealias StepNumber = Number<Numbered.Step>
/// The number of a step of a scalar program.
package typealias InstructionNumber = Number<Numbered.Instruction>
/// The number of a buffer of a plan.
package typealias BufferNumber = Number<Numbered.Buffer>
/// The number of a step of a plan, in the order in which one thread runs them.
package typealias PlanStepNumber = Number<Numbered.PlanStep>
/// The number of an axis of a nest's points: of one of its loops, from the outermost on.
@usableFromInline
package typealias AxisNumber = Number<Numbered.Axis>

extension Array {
  /// The element that stands for the thing of a number.
  @inlinable
  package subscript<Kind: KindInArrays>(number: Number<Kind>) -> Element {
    _read { yield self[number.rawValue] }
    _modify { yield &self[number.rawValue] }
  }
}
