import AdjointKernels
import Testing

/// Arrays that the numbers of one kind subscript.
@Suite("Numbered arrays") struct NumberedArrayTests {
  @Test("give what is added the next number, and find it under that")
  func adding() {
    var names: PerInstruction<String> = ["a", "b"]
    let number = names.add("c")
    #expect(number == 2 && names[number] == "c" && names.count == 3)
    names[0] = "z"
    #expect(Array(names) == ["z", "b", "c"])
  }

  @Test("have the numbers of their elements in order")
  func numbers() {
    let names: PerInstruction<String> = ["a", "b", "c"]
    #expect(names.indices == 0..<3)
    #expect(names.numbered.map { "\($0)\($1)" } == ["0a", "1b", "2c"])
    #expect(names.indices.reversed().map { names[$0] } == ["c", "b", "a"])
    let absent: [InstructionNumber] = [-1, 3, InstructionNumber(.min), InstructionNumber(.max)]
    #expect(absent.allSatisfy { !names.indices.contains($0) })
  }

  @Test("forget what comes after a number")
  func removing() {
    var names: PerInstruction<String> = ["a", "b", "c", "d"]
    let checkpoint: InstructionNumber = 2
    names.removeSubrange(checkpoint...)
    #expect(names == ["a", "b"])
    #expect(names.add("e") == checkpoint)
  }
}
