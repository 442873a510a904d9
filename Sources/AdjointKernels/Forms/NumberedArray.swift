/// The things of a kind, or something for each of them, in the order of their numbers.
///
/// It is an array that a number of this kind subscripts and no other, nor an integer.
@usableFromInline
package struct NumberedArray<Kind, Element> {
  @usableFromInline var elements: [Element]

  @inlinable
  package init() { elements = [] }

  @inlinable
  package init(repeating element: Element, count: Int) {
    elements = Array(repeating: element, count: count)
  }

  @inlinable
  package init(_ elements: some Sequence<Element>) { self.elements = Array(elements) }
}

/// Something for each step of a scalar program.
package typealias PerInstruction<Element> = NumberedArray<Numbered.Instruction, Element>
/// Something for each axis of a nest's points.
package typealias PerAxis<Element> = NumberedArray<Numbered.Axis, Element>
/// Something for each buffer of a plan.
package typealias PerBuffer<Element> = NumberedArray<Numbered.Buffer, Element>
/// Something for each step of a plan.
package typealias PerPlanStep<Element> = NumberedArray<Numbered.PlanStep, Element>

extension NumberedArray: CustomStringConvertible {
  /// The elements alone, as those of an array.
  @inlinable
  package var description: String { elements.description }
}

extension NumberedArray: Sendable where Element: Sendable {}
extension NumberedArray: Equatable where Element: Equatable {}
extension NumberedArray: Hashable where Element: Hashable {}

extension NumberedArray: RandomAccessCollection, MutableCollection {
  @inlinable
  package var startIndex: Number<Kind> { 0 }
  @inlinable
  package var endIndex: Number<Kind> { Number(elements.count) }
  /// The numbers of all elements.
  @inlinable
  package var indices: Range<Number<Kind>> { startIndex..<endIndex }

  @inlinable
  package subscript(number: Number<Kind>) -> Element {
    _read { yield elements[number.rawValue] }
    _modify { yield &elements[number.rawValue] }
  }

  /// The elements, each with its number.
  @inlinable
  package var numbered: Zip2Sequence<Range<Number<Kind>>, [Element]> { zip(indices, elements) }
}

extension NumberedArray: RangeReplaceableCollection, ExpressibleByArrayLiteral {
  @inlinable
  package init(arrayLiteral elements: Element...) { self.elements = elements }

  @inlinable
  package mutating func replaceSubrange(
    _ numbers: Range<Number<Kind>>, with others: some Collection<Element>
  ) {
    elements.replaceSubrange(
      numbers.lowerBound.rawValue..<numbers.upperBound.rawValue, with: others)
  }

  @inlinable
  package mutating func append(_ element: Element) { elements.append(element) }

  /// Appends an element and returns its number.
  @inlinable
  @discardableResult
  package mutating func add(_ element: Element) -> Number<Kind> {
    let number = endIndex
    elements.append(element)
    return number
  }

  @inlinable
  package mutating func reserveCapacity(_ count: Int) { elements.reserveCapacity(count) }
}
