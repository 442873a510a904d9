import AdjointCore
import Testing

@Suite("Machine model")
struct MachineModelTests {
  @Test("is the same after it was written and read")
  func roundTrip() throws {
    for model in [MachineModel.reference, .thisMachine] {
      #expect(try MachineModel(text: model.description, file: "machine.txt") == model)
    }
  }

  @Test("says which part decides bits")
  func text() {
    #expect(
      MachineModel.reference.description == """
        machine 1

        fixed, decides how sums are put together
          vector 32 bytes
          cache 32768 bytes for 1 core
          cache 1048576 bytes for 1 core
          cache 16777216 bytes for 2 cores

        free, changes no bit
          cores 2
          launch 15.0 ns
          hand-over 100.0 ns
          arithmetic 48.0 multiply-adds in 1 ns
          memory 10.0 bytes in 1 ns

        """)
  }

  @Test("wrong at any word is one diagnostic with its line, or another machine")
  func wrongAtAnyWord() throws {
    let text = MachineModel.reference.description
    let words = text.split(whereSeparator: \.isWhitespace)
    var refused = 0
    for word in words {
      for replacement in ["", "?", "-1", "99999999999999999999", "nan", "cores"] {
        var changed = text
        changed.replaceSubrange(word.startIndex..<word.endIndex, with: replacement)
        do {
          let model = try MachineModel(text: changed, file: "machine.txt")
          #expect(model == .reference || model.description != text)
        } catch {
          refused += 1
          #expect(error.code == .syntax)
          #expect(error.location?.file == "machine.txt")
          #expect((1...14).contains(error.location?.line ?? 0), "\(error)")
        }
      }
    }
    #expect(refused > 5 * words.count)
  }

  @Test("a core's share of the second cache is what it works in")
  func share() {
    var model = MachineModel.reference
    #expect(model.fixedPart.ownByteCount == 1 << 20)
    model.caches[1] = MachineModel.Cache(byteCount: 1 << 23, coreCount: 4)
    #expect(model.fixedPart.ownByteCount == 1 << 21)
    model.caches = [MachineModel.Cache(byteCount: 1 << 15)]
    #expect(model.fixedPart.ownByteCount == 1 << 15)
  }

  @Test("vectors have the next smaller number of bytes that a machine may have")
  func vectors() throws {
    func vectors(_ byteCount: Int) -> Int {
      var model = MachineModel.reference
      model = MachineModel(
        vectorByteCount: byteCount, caches: model.caches, coreCount: 1, launchNanoseconds: 1,
        handOverNanoseconds: 1, multiplyAddsPerNanosecond: 1, bytesPerNanosecond: 1)
      return model.vectorByteCount
    }
    #expect(
      [.min, 0, 1, 16, 31, 32, 100, 256, .max].map(vectors) == [
        16, 16, 16, 16, 16, 32, 64, 256, 256,
      ])
    let text = MachineModel.reference.description.replacing("vector 32", with: "vector 48")
    let error = #expect(throws: Diagnostic.self) {
      try MachineModel(text: text, file: "machine.txt")
    }
    #expect(error?.location?.line == 4)
    #expect(error?.message.contains("16, 32, 64, 128 or 256") == true)
  }

  @Test("time is arithmetic, or memory for what a core's caches do not hold")
  func time() {
    let model = MachineModel.reference
    #expect(model.nanoseconds(of: KernelCost(multiplyAdds: 4800, byteCount: 0x1p20)) == 100)
    #expect(model.nanoseconds(of: KernelCost(multiplyAdds: 4800, byteCount: 2e6)) == 200_000)
    #expect(model.nanoseconds(of: KernelCost(multiplyAdds: 48e6, byteCount: 2e6)) == 1_000_000)
    // Whatever was measured.
    var slow = model
    slow.multiplyAddsPerNanosecond = 1
    #expect(slow.nanoseconds(of: KernelCost(multiplyAdds: 4800)) == 4800)
    #expect(slow.fixedPart.nanoseconds(of: KernelCost(multiplyAdds: 4800)) == 100)
    #expect(slow.fixedPart == model.fixedPart)
  }

  @Test("the more cores there are, the shorter is what they share, and never for one alone")
  func sharing() {
    let model = MachineModel.reference
    #expect(model.leastGain == 6_000)
    #expect(model.leastShared(cores: 1, isSpread: true) == .max)
    #expect(model.leastShared(cores: 2, isSpread: false) == 12_000)
    #expect(model.leastShared(cores: 2, isSpread: true) == 4_000)
    #expect(model.leastShared(cores: 4, isSpread: false) == 8_000)
    for nanoseconds in [0, 1, 4_000, 12_000, 1_000_000] {
      let least = model.cost(lasting: nanoseconds)
      #expect(model.nanoseconds(of: KernelCost(multiplyAdds: least.multiplyAdds)) == nanoseconds)
      let memory = model.nanoseconds(of: KernelCost(byteCount: least.byteCount))
      #expect(memory == max(nanoseconds, ((1 << 20) + 1) / 10))
    }
  }
}
