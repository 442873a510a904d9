import AdjointCore

/// A mathematical function applied to arrays, as machine code: what its tests and timings call.
package final class ArrayFunction: Sendable {
  /// Reads so many numbers at the first two addresses and writes as many at the third.
  package typealias Function =
    @convention(c) @Sendable (
      UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, Int
    ) -> Void

  /// Applies the function; the count must be a positive multiple of the lanes.
  ///
  /// A function of one operand does not look at the second address.
  package let run: Function
  /// Keeps the code in memory.
  private let image: CodeImage

  /// Compiles a function for vectors of so many lanes of f32 or f64.
  package init(
    _ name: VectorFunction.Name, _ type: ScalarType, lanes: Int, with generator: CodeGenerator
  ) throws(Diagnostic) {
    let module = Self.module(name, type, lanes: lanes)
    let object = try generator.compile(module, to: .object)
    image = try CodeImage([object], functions: [Self.symbol], with: generator)
    guard let address = image.address(of: Self.symbol),
      let pointer = UnsafeRawPointer(bitPattern: address)
    else { throw Diagnostic(.codeGeneration, "generated code lacks \(Self.symbol)") }
    run = unsafeBitCast(pointer, to: Function.self)
  }

  private static let symbol = "apply"

  /// The text of its module.
  package static func module(
    _ name: VectorFunction.Name, _ type: ScalarType, lanes: Int
  ) -> String {
    let vector = VectorType(type, lanes)
    let element = vector.element.rawValue
    var text = FunctionText()
    let end = text.value("udiv i64 %count, \(lanes)")
    let loop = text.beginLoop(from: "0", to: end)
    let place = text.value("mul i64 \(loop.index), \(lanes)")
    var operands: [String] = []
    for array in name == .power ? ["%x", "%y"] : ["%x"] {
      let pointer = text.value("getelementptr \(element), ptr \(array), i64 \(place)")
      operands.append(text.value("load \(vector.text), ptr \(pointer), align \(type.byteCount)"))
    }
    let result = text.call(name, vector, operands)
    let pointer = text.value("getelementptr \(element), ptr %result, i64 \(place)")
    text.effect("store \(vector.text) \(result), ptr \(pointer), align \(type.byteCount)")
    text.end(loop)
    text.effect("ret void")
    var module = ModuleText()
    module.add(
      """
      define void @\(symbol)(ptr %x, ptr %y, ptr %result, i64 %count) #0 {
      entry:
      \(text.lines.joined(separator: "\n"))
      }

      """, of: text)
    return module.assembled()
  }
}
