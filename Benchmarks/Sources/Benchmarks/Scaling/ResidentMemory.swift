import Foundation

/// The physical memory of this process; 0 where the system does not say.
enum ResidentMemory {
  /// The bytes resident now.
  static func bytes() -> Int { status("VmRSS") }

  /// The most bytes that were ever resident.
  static func peakBytes() -> Int { status("VmHWM") }

  /// A line of Linux's report on this process, such as `VmRSS:     5120 kB`.
  private static func status(_ name: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return 0
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
    let words = line?.split { $0.isWhitespace } ?? []
    return words.count > 1 ? (Int(words[1]) ?? 0) * 1024 : 0
  }
}
