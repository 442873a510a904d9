import Adjoint
import AllocationCounting
import Foundation
import TestSupport
import Testing

@Suite("Calls of an executable")
struct ExecutableCallTests {
  /// `y = x · w` with w = [2, 3], and w + 1 afterwards where `updates` says so.
  private func executable(updates: Bool = false) throws -> Executable {
    let builder = GraphBuilder("call")
    let x = builder.input("x", .f32, [2])
    let w = try builder.parameter("w", .f32, [2], .literal(Tensor([2, 3] as [Float])))
    builder.output("y", x * w)
    builder.output("sum", (x * w).sum())
    if updates { builder.update(w, to: w + 1) }
    return try builder.build().compiled()
  }

  @Test("give every output by name")
  func outputs() throws {
    let results = try executable()(["x": Tensor([10, 100] as [Float])])
    #expect(results.count == 2)
    #expect(results["y"] == (try Tensor([20, 300] as [Float])))
    #expect(results["sum"] == (try Tensor(scalar: 320, .f32)))
  }

  @Test("do not depend on earlier ones")
  func independence() throws {
    let x = try Tensor([1, 1] as [Float])
    let executable = try executable(updates: true)
    for _ in 0..<3 { #expect(try executable(["x": x])["y"]?.floats == [2, 3]) }
    let w = try Tensor([5, 7] as [Float])
    #expect(try executable(["x": x, "w": w])["y"]?.floats == [5, 7])
    #expect(try executable(["x": x])["y"]?.floats == [2, 3])
    let fixed = try self.executable()
    #expect(try fixed(["x": x, "w": w])["y"]?.floats == [5, 7])
    #expect(try fixed(["x": x])["y"]?.floats == [2, 3])
  }

  @Test("refuse what is missing or does not fit, and work afterwards")
  func mistakes() throws {
    let executable = try executable()
    let x = try Tensor([1, 1] as [Float])
    #expect(code { try executable([:]) } == .missingInput)
    _ = try executable(["x": x])
    #expect(code { try executable([:]) } == .missingInput)
    #expect(code { try executable(["x": Tensor([1] as [Float])]) } == .shapeMismatch)
    #expect(code { try executable(["x": Tensor([1, 1])]) } == .scalarTypeMismatch)
    #expect(code { try executable(["x": x, "z": x]) } == .unknownName)
    #expect(try executable(["x": x])["y"]?.floats == [2, 3])
  }

  @Test("refuse all unknown names at once, each with the name that may be meant")
  func unknownNames() throws {
    let builder = GraphBuilder("names")
    let image = builder.input("image", .f32, [1])
    let scale = builder.parameter("scale", .f32, [1], .constant(1))
    builder.output("y", image * scale)
    let executable = try builder.build().compiled()
    let x = try Tensor([1] as [Float])
    for attempt in [
      { _ = try executable(["image": x, "imag": x, "scales": x, "zebra": x]) },
      { try executable.makeContext().set(["image": x, "imag": x, "scales": x, "zebra": x]) },
    ] {
      let error = #expect(throws: Diagnostic.self, performing: attempt)
      #expect(error?.code == .unknownName)
      #expect(
        error?.message == "the graph has no input or parameter of these names; it has image, scale")
      #expect(
        error?.notes == ["imag; did you mean image?", "scales; did you mean scale?", "zebra"])
    }
    let context = try executable.makeContext()
    try context.set(["image": x, "scale": Tensor([3] as [Float])])
    try context.run()
    #expect(try context.output("y").floats == [3])
  }

  private func code(_ body: () throws -> Any) -> Diagnostic.Code? {
    do { _ = try body() } catch { return (error as? Diagnostic)?.code }
    return nil
  }

  @Test("keep the memory that they run in")
  func memory() throws {
    let builder = GraphBuilder("large")
    let x = builder.input("x", .f32, [1_048_576])
    builder.output("y", (x * x).sum())
    let executable = try builder.build().compiled()
    let values = ["x": try Tensor(repeating: 1, .f32, extents: [1 << 20])]
    #expect(try executable(values)["y"]?.scalar == 0x1p20)
    _ = adjoint_take_thread_largest_allocation()
    #expect(try executable(values)["y"]?.scalar == 0x1p20)
    #expect(adjoint_take_thread_largest_allocation() < 1 << 16)
  }

  @Test("may be made by many threads at the same time")
  func threads() throws {
    let executable = try executable()
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 200) { number in
      let x = Float(number)
      do {
        let y = try executable(["x": Tensor([x, 2 * x] as [Float])])["y"]
        if y?.floats != [2 * x, 6 * x] { failures.add("\(number): \(String(describing: y))") }
      } catch {
        failures.add("\(number): \(error)")
      }
    }
    #expect(failures.all == [])
  }

  private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []
    var all: [String] { lock.withLock { texts } }
    func add(_ text: String) { lock.withLock { texts.append(text) } }
  }
}
