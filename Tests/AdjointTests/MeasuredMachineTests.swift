import Adjoint
import AdjointCore
import Testing

@Suite("Measured machine")
struct MeasuredMachineTests {
  @Test("differs from this machine in its costs alone, and is kept as text")
  func measured() throws {
    let machine = try MachineModel.measured()
    #expect(machine.fixedPart == MachineModel.thisMachine.fixedPart)
    #expect(machine.coreCount == MachineModel.thisMachine.coreCount)
    // What no machine of these years can do, nor any that tests run on has to wait for.
    #expect((0.1...100_000).contains(machine.launchNanoseconds))
    #expect((1...1_000_000).contains(machine.handOverNanoseconds))
    #expect((0.01...10_000).contains(machine.multiplyAddsPerNanosecond))
    #expect((0.01...10_000).contains(machine.bytesPerNanosecond))
    #expect(try MachineModel(text: machine.description, file: "machine.txt") == machine)
  }
}
