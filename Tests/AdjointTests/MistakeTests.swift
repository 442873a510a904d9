import Adjoint
import AllocationCounting
import Foundation
import TestSupport
import Testing

/// Building a graph does not throw: mistakes poison values and are reported together.
@Suite("Mistakes in building a graph")
struct MistakeTests {
  private func mistakes(_ build: (GraphBuilder) -> Void) -> Diagnostic? {
    let builder = GraphBuilder("g")
    build(builder)
    return #expect(throws: Diagnostic.self) { try builder.build() }
  }

  @Test("ten in ten lines are reported once each, with their lines")
  func tenMistakes() throws {
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f32, [2, 3])
    let y = builder.input("y", .f32, [4])
    let k = builder.input("k", .i32, [2, 3])
    let first = #line + 1
    let a = x + y
    let b = x * k
    let c = matmul(x, y)
    let d = builder.input("x", .f32, [2])
    let e = x.sum(squeezingAxes: [2])
    let f = x / y
    let g = crossEntropy(logits: x, indices: y)
    let h = k * 0.5
    let i = x.reshaped(to: [7])
    let j = builder.parameter("1 w", .f32, [2])
    // Whatever uses them is poisoned in silence, and so are gradients.
    let all = (a + b + c).sum() * (d + e).sum() + f.sum() * g + (h.sum() + i.sum()) * j.sum()
    let loss = (all * all).named("loss")
    let slopes = gradients(of: loss, withRespectTo: [x, a])
    #expect(slopes.map(\.type) == [x.type, a.type])
    builder.output("loss", loss)
    builder.output("slope", slopes[0])
    let error = #expect(throws: Diagnostic.self) { try builder.build() }
    #expect(error?.message == "the graph g has 10 mistakes; correct what the notes list")
    #expect(error?.code == .shapeMismatch)
    let notes = try #require(error?.notes)
    #expect(notes.count == 10)
    for (number, note) in notes.enumerated() {
      #expect(
        note.hasPrefix("AdjointTests/MistakeTests.swift:\(first + number)"),
        "\(number): \(note)")
    }
    let codes: [Diagnostic.Code] = [
      .shapeMismatch, .scalarTypeMismatch, .shapeMismatch, .duplicateName, .invalidArgument,
      .shapeMismatch, .scalarTypeMismatch, .scalarTypeMismatch, .shapeMismatch, .invalidArgument,
    ]
    for (note, code) in zip(notes, codes) { #expect(note.hasSuffix("[\(code)]"), "\(note)") }
  }

  @Test("one alone is the error itself")
  func oneMistake() {
    let line = #line + 2
    let error = mistakes { builder in
      let x = builder.input("x", .f32, ["B", 3]).transposed(permutation: [0])
      builder.output("y", exp(x) + x)
      builder.output("z", x)
    }
    #expect(error?.code == .invalidArgument || error?.code == .invalidAttribute)
    #expect(error?.message.hasPrefix("transpose: ") == true)
    #expect(error?.location == SourceLocation(file: #fileID, line: line))
    #expect(error?.notes == [])
  }

  @Test("more than 100 are counted")
  func manyMistakes() {
    let error = mistakes { builder in
      let x = builder.input("x", .f32, [3])
      for _ in 0..<250 { builder.output("y", matmul(x, x.reshaped(to: [4]))) }
    }
    // Each line has one mistake, and the name stands for an output already; poisoned ones do not count.
    #expect(error?.notes.count == 101)
    #expect(error?.notes.last == "and 150 more")
    #expect(error?.message.contains("250 mistakes") == true)
  }

  @Test("a poisoned value has the type that was asked for, or that of its first operand")
  func types() {
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f32, ["B", 3])
    #expect((x + builder.input("y", .f64, [2])).type == x.type)
    #expect(builder.input("x", .f64, [2]).type == TensorType(.f64, [2]))
    #expect(x.reshaped(to: [5, 5]).type == TensorType(.f32, [5, 5]))
    #expect(builder.constant(1e300, .f32).type == TensorType(.f32, .scalar))
    #expect(concatenate([], axis: 0).type == TensorType(.f32, .scalar))
    #expect(builder.takeMistakes()?.notes.count == 4)
  }

  @Test("a value of another builder is a mistake in both")
  func foreign() {
    let (one, two) = (GraphBuilder("one"), GraphBuilder("two"))
    let (a, b) = (one.input("a", .f32, [2]), two.input("b", .f32, [2]))
    let line = #line + 1
    let sum = max(a, b)
    one.output("y", sum)
    two.output("y", b)
    for builder in [one, two] {
      let error = #expect(throws: Diagnostic.self) { try builder.build() }
      #expect(error?.message.contains("belongs to the graph two, not to one") == true)
      #expect(error?.location?.line == line)
    }
  }

  @Test("what has no builder is a mistake of whoever uses it")
  func detached() {
    let line = #line + 2
    let error = mistakes { builder in
      builder.output("y", builder.input("x", .f32, []) + concatenate([], axis: 0))
    }
    #expect(error?.code == .operandCount)
    #expect(error?.location?.line == line)
  }

  @Test("nothing declared beside a mistake is no second one")
  func nothingDeclared() {
    let error = mistakes { _ = $0.input("a b", .f32, []) }
    #expect(error?.code == .invalidArgument)
    let none = mistakes { _ = $0.input("a", .f32, []) }
    #expect(none?.code == .invalidGraph)
  }

  @Test("a graph without them is built without a list of the files that are loaded")
  func nothingToPlace() throws {
    let builder = GraphBuilder("g")
    builder.output("y", builder.input("x", .f32, []))
    let before = adjoint_thread_allocation_count()
    _ = try builder.build()
    let count = adjoint_thread_allocation_count() - before
    // The list has a line for each part of each library, of which there are hundreds.
    #expect(count < 100, "\(count)")
  }

  @Test("are placed while other threads map and unmap files")
  func mappedFiles() async throws {
    let file = URL(fileURLWithPath: NSTemporaryDirectory() + "/adjoint-mapped-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    // The start of a file of machine code, which invites a reading of what is mapped.
    try Data([0x7f, 0x45, 0x4c, 0x46] + [UInt8](repeating: 2, count: 1 << 16)).write(to: file)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled { _ = try? Data(contentsOf: file, options: .alwaysMapped) }
      }
      for _ in 0..<20 {
        let line = #line + 2
        let error = mistakes { builder in
          builder.output("y", builder.input("x", .f32, [2]) + builder.input("y", .f32, [3]))
        }
        #expect(error?.location?.file == #fileID && error?.location?.line == line)
      }
      group.cancelAll()
    }
  }
}
