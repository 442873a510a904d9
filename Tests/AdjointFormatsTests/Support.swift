import AdjointCore
import Foundation
import Testing

/// A folder of its own for a test, removed when the value goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/adjoint-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  func put(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }
}

func bytes(ofFile path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func bytes(base64: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: base64))) }

func diagnostic<Value>(_ body: () throws(Diagnostic) -> Value) -> Diagnostic? {
  do throws(Diagnostic) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// Reads every proper prefix of the bytes; each must be refused.
func expectPrefixesRefused<Value>(
  _ bytes: [UInt8], _ read: ([UInt8]) throws(Diagnostic) -> Value
) {
  for count in 0..<bytes.count {
    let error = diagnostic { () throws(Diagnostic) in try read(Array(bytes[..<count])) }
    #expect(error != nil, "the first \(count) bytes were accepted")
  }
}

/// The number of damaged copies of the bytes that were refused; the others gave a value.
///
/// Each bit is flipped in turn, then several bytes at a time are replaced at random.
func refusalsUnderDamage<Value>(
  _ bytes: [UInt8], seed: UInt64, _ read: ([UInt8]) throws(Diagnostic) -> Value
) -> Int {
  var refusals = 0
  for bit in 0..<bytes.count * 8 {
    var damaged = bytes
    damaged[bit / 8] ^= 1 << UInt8(bit % 8)
    if diagnostic({ () throws(Diagnostic) in try read(damaged) }) != nil { refusals += 1 }
  }
  let random = CounterBasedRandom(seed: seed)
  for round in 0..<500 {
    var damaged = bytes
    for change in 0..<4 {
      let bits = random.bits(at: UInt64(round * 4 + change))
      damaged[Int(bits.0 % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: bits.1)
    }
    if diagnostic({ () throws(Diagnostic) in try read(damaged) }) != nil { refusals += 1 }
  }
  return refusals
}
