import AdjointCodegen
import AdjointCore
import Testing

/// A mathematical function compiled for arrays.
struct FunctionUnderTest: Sendable {
  let lanes: Int
  private let function: ArrayFunction

  init(
    _ name: VectorFunction.Name, _ type: ScalarType, lanes: Int,
    _ processor: Processor = .host
  ) throws {
    self.lanes = lanes
    let generator = try #require(processor.generator)
    function = try ArrayFunction(name, type, lanes: lanes, with: generator)
  }

  /// The results at every argument; the last vector is filled up with its last argument.
  func callAsFunction<Number: FloatingPoint>(
    _ x: [Number], _ y: [Number]? = nil
  ) -> [Number] {
    let count = (x.count + lanes - 1) / lanes * lanes
    func filled(_ numbers: [Number]) -> [Number] {
      numbers + Array(repeating: numbers.last ?? 0, count: count - numbers.count)
    }
    let (x, y) = (filled(x), filled(y ?? x))
    return Array(unsafeUninitializedCapacity: count) { results, filledCount in
      x.withUnsafeBytes { x in
        y.withUnsafeBytes { y in
          run(x, y, UnsafeMutableRawBufferPointer(results), count)
        }
      }
      filledCount = count
    }
  }

  func run(
    _ x: UnsafeRawBufferPointer, _ y: UnsafeRawBufferPointer,
    _ results: UnsafeMutableRawBufferPointer, _ count: Int
  ) {
    guard let x = x.baseAddress, let y = y.baseAddress, let results = results.baseAddress
    else { return }
    function.run(x, y, results, count)
  }
}

extension VectorFunction.Name {
  /// The functions of one operand.
  static let unary = allCases.filter { $0 != .power }
}
