import Adjoint
import AdjointFormats
import ArgumentParser

/// The machine that a plan is for.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The machine that kernels and plan are for, a file as `adjoint machine` prints it; without, this one.",
      valueName: "file"))
  var machine: String?

  private static let maximumByteCount = 1 << 16

  /// The machine of the file, or this one.
  func model() throws(Diagnostic) -> MachineModel {
    guard let machine else { return .thisMachine }
    let bytes = try FileBytes.read(machine, maximumByteCount: Self.maximumByteCount)
    return try MachineModel(text: String(decoding: bytes, as: UTF8.self), file: machine)
  }
}
