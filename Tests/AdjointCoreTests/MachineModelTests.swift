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
          launch 100.0 ns
          hand-over 500.0 ns
          arithmetic 64.0 multiply-adds in 1 ns
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
    #expect(model.ownByteCount == 1 << 20)
    model.caches[1] = MachineModel.Cache(byteCount: 1 << 23, coreCount: 4)
    #expect(model.ownByteCount == 1 << 21)
    model.caches = [MachineModel.Cache(byteCount: 1 << 15)]
    #expect(model.ownByteCount == 1 << 15)
  }
}
