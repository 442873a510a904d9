import AdjointCore
import Foundation

/// What libFuzzer tries: a byte that says of which format the rest is, and the rest.
///
/// See `make fuzz-coverage`.
enum CoverageInput {
  /// Tries one input.
  ///
  /// - Throws: what a campaign finds; a `Diagnostic` is an answer.
  static func run(_ input: [UInt8]) throws {
    guard let kind = input.first else { return }
    let bytes = Array(input.dropFirst())
    if Int(kind) < FileCampaign.suffixes.count {
      _ = try isAccepted { try FileCampaign.read(bytes, FileCampaign.suffixes[Int(kind)]) }
    } else {
      var counts = Counts()
      try text?.run(bytes: bytes, seed: 1, counts: &counts)
    }
  }

  private static let text = try? TextCampaign()

  /// Writes the undamaged files of the campaigns, which libFuzzer begins with.
  static func writeSamples(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let files = try FileCampaign().samples.map { sample in
      (FileCampaign.suffixes.firstIndex(of: sample.suffix) ?? 0, sample.bytes)
    }
    let texts = try TextCampaign().samples.map { (FileCampaign.suffixes.count, $0) }
    for (number, (kind, bytes)) in (files + texts).enumerated() {
      try Data([UInt8(kind)] + bytes).write(to: URL(fileURLWithPath: "\(folder)/sample-\(number)"))
    }
  }
}

#if COVERAGE
  /// Anything wrong ends the process, so that libFuzzer keeps the input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func tryOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
      try CoverageInput.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
      fatalError("\(error)")
    }
    return 0
  }
#endif
