/// One operand of a vector loop: an element for each point, or one for all of them.
struct BlockOperand {
  let pointer: UnsafeRawPointer
  let isScalar: Bool

  @inline(__always)
  func elements<Element>(_ type: Element.Type) -> UnsafePointer<Element> {
    pointer.assumingMemoryBound(to: Element.self)
  }
}

/// The tight loops.
///
/// The result may lie over an operand element for element; the loops that begin with that question
/// keep such runs vectorised, because the compiler then sees one pointer.
enum BlockLoops {
  /// result[i] = f(x[i]), between types.
  @inline(__always)
  static func map<Source, Result>(
    _ x: UnsafePointer<Source>, into result: UnsafeMutablePointer<Result>, _ count: Int,
    _ f: (Source) -> Result
  ) {
    for i in 0..<count { result[i] = f(x[i]) }
  }

  /// result[i] = f(x[i]) for one type, also in place.
  @inline(__always)
  static func mapSame<Element>(
    _ x: UnsafePointer<Element>, into result: UnsafeMutablePointer<Element>, _ count: Int,
    _ f: (Element) -> Element
  ) {
    if x == UnsafePointer(result) {
      for i in 0..<count { result[i] = f(result[i]) }
    } else {
      for i in 0..<count { result[i] = f(x[i]) }
    }
  }

  /// result[i] = f(x[i], y[i]); a scalar operand stands still.
  @inline(__always)
  static func combine<Element>(
    _ a: BlockOperand, _ b: BlockOperand, into result: UnsafeMutablePointer<Element>, _ count: Int,
    _ f: (Element, Element) -> Element
  ) {
    let x = a.elements(Element.self)
    let y = b.elements(Element.self)
    let target = UnsafePointer(result)
    if a.isScalar {
      let scalar = x[0]
      if y == target {
        for i in 0..<count { result[i] = f(scalar, result[i]) }
      } else {
        for i in 0..<count { result[i] = f(scalar, y[i]) }
      }
    } else if b.isScalar {
      let scalar = y[0]
      if x == target {
        for i in 0..<count { result[i] = f(result[i], scalar) }
      } else {
        for i in 0..<count { result[i] = f(x[i], scalar) }
      }
    } else if x == target {
      for i in 0..<count { result[i] = f(result[i], y[i]) }
    } else if y == target {
      for i in 0..<count { result[i] = f(x[i], result[i]) }
    } else {
      for i in 0..<count { result[i] = f(x[i], y[i]) }
    }
  }

  /// result[i] = f(x[i], y[i]) where the result is of another type or the function is slow anyway.
  @inline(__always)
  static func combineAny<Element, Result>(
    _ a: BlockOperand, _ b: BlockOperand, into result: UnsafeMutablePointer<Result>, _ count: Int,
    _ f: (Element, Element) -> Result
  ) {
    let x = a.elements(Element.self)
    let y = b.elements(Element.self)
    if a.isScalar {
      let scalar = x[0]
      for i in 0..<count { result[i] = f(scalar, y[b.isScalar ? 0 : i]) }
    } else if b.isScalar {
      let scalar = y[0]
      for i in 0..<count { result[i] = f(x[i], scalar) }
    } else {
      for i in 0..<count { result[i] = f(x[i], y[i]) }
    }
  }

  /// The reduce of `count` ≥ 1 elements by halves: a fixed tree, so the same for any number of
  /// threads, and sums lose little.
  ///
  /// `scratch` holds half as many elements.
  @inline(__always)
  static func reduce<Element>(
    _ x: UnsafePointer<Element>, _ count: Int, scratch: UnsafeMutablePointer<Element>,
    _ f: (Element, Element) -> Element
  ) -> Element {
    if count < 32 {
      var total = x[0]
      for i in 1..<count { total = f(total, x[i]) }
      return total
    }
    var half = count >> 1
    var odd = count & 1 == 1 ? x[count - 1] : nil
    for i in 0..<half { scratch[i] = f(x[i], x[half + i]) }
    while half >= 32 {
      if half & 1 == 1 {
        let last = scratch[half - 1]
        if let carried = odd { odd = f(last, carried) } else { odd = last }
      }
      half >>= 1
      for i in 0..<half { scratch[i] = f(scratch[i], scratch[half + i]) }
    }
    var total = scratch[0]
    for i in 1..<half { total = f(total, scratch[i]) }
    if let odd { total = f(total, odd) }
    return total
  }
}
