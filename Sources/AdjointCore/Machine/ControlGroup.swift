import Foundation

/// What the control groups of a process leave it of the machine, versions 1 and 2 of Linux's.
///
/// A group is limited by those above it as well, so the least on the way up counts. Where there are no
/// control groups, or their files cannot be read, nothing is limited.
package struct ControlGroup: Hashable, Sendable {
  /// The processors' worth of time that the process may use, such as 1.5; nil without a quota.
  package private(set) var processors: Double?
  /// The most bytes of memory it may have; nil without a limit.
  package private(set) var memoryByteCount: Int?

  /// Reads the groups of a process.
  ///
  /// - Parameters:
  ///   - root: the folder that stands for `/`, so that tests can supply one.
  ///   - process: the name of the process in `/proc`.
  package init(root: String = "", process: String = "self") {
    let folder = "\(root)/proc/\(process)"
    let mounts = Self.lines(of: "\(folder)/mountinfo").compactMap(Mount.init)
    for line in Self.lines(of: "\(folder)/cgroup") {
      // number:controllers:path, without controllers in version 2.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      let isUnified = controllers.isEmpty
      for mount in mounts
      where mount.isUnified == isUnified && (isUnified || controllers.allSatisfy(mount.has)) {
        for folder in mount.folders(of: String(parts[2])) {
          if isUnified {
            readUnified(root + folder)
          } else {
            if controllers.contains("cpu") { readQuota(root + folder) }
            if controllers.contains("memory") { readMemory(root + folder) }
          }
        }
      }
    }
  }

  // MARK: Files

  /// The files of version 2.
  private mutating func readUnified(_ folder: String) {
    let words = Self.words(of: "\(folder)/cpu.max")
    if words.count == 2 { limit(quota: Int(words[0]), period: Int(words[1])) }
    // Above `high` a process is slowed down, above `max` it is ended.
    for name in ["memory.high", "memory.max"] {
      limit(memory: Self.words(of: "\(folder)/\(name)").first)
    }
  }

  /// The quota of version 1, -1 where there is none.
  private mutating func readQuota(_ folder: String) {
    let quota = Self.words(of: "\(folder)/cpu.cfs_quota_us").first.flatMap { Int($0) }
    let period = Self.words(of: "\(folder)/cpu.cfs_period_us").first.flatMap { Int($0) }
    limit(quota: quota, period: period)
  }

  /// The limit of version 1, a number near the largest where there is none.
  private mutating func readMemory(_ folder: String) {
    limit(memory: Self.words(of: "\(folder)/memory.limit_in_bytes").first)
  }

  private mutating func limit(quota: Int?, period: Int?) {
    guard let quota, let period, quota > 0, period > 0 else { return }
    processors = min(processors ?? .infinity, Double(quota) / Double(period))
  }

  /// Takes a number in; the word `max` is none.
  private mutating func limit(memory word: Substring?) {
    guard let bytes = word.flatMap({ Int($0) }), bytes > 0, bytes < 1 << 60 else { return }
    memoryByteCount = min(memoryByteCount ?? .max, bytes)
  }

  private static func lines(of path: String) -> [Substring] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n")
  }

  private static func words(of path: String) -> [Substring] {
    lines(of: path).first?.split(separator: " ") ?? []
  }
}

/// Where a hierarchy of control groups can be seen.
private struct Mount {
  /// The group at the top of what is seen.
  let root: String
  /// The folder that shows it.
  let folder: String
  let isUnified: Bool
  /// The controllers of version 1, among other options.
  private let options: [Substring]

  /// A line of `mountinfo`: number, parent, device, root, folder, options …, `-`, type, source, options.
  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else {
      return nil
    }
    let type = words[dash + 1]
    guard type == "cgroup" || type == "cgroup2" else { return nil }
    isUnified = type == "cgroup2"
    root = Self.unescaped(words[3])
    folder = Self.unescaped(words[4])
    options = words[dash + 3].split(separator: ",")
  }

  func has(_ controller: Substring) -> Bool { options.contains(controller) }

  /// The folders of a group and of those above it, as far as they can be seen.
  ///
  /// Inside a container the path is often that outside, while only the container's own group is shown, at
  /// the top.
  func folders(of group: String) -> [String] {
    var rest = group
    if root != "/" {
      rest = group == root || group.hasPrefix(root + "/") ? String(group.dropFirst(root.count)) : ""
    }
    var parts = rest.split(separator: "/")
    // A group outside of what this process may see.
    if parts.contains("..") { parts = [] }
    return (0...parts.count).map { count in
      ([folder] + parts.prefix(count).map(String.init)).joined(separator: "/")
    }
  }

  /// A field with its blanks, which are written as `\040`.
  private static func unescaped(_ field: Substring) -> String {
    field.replacingOccurrences(of: "\\040", with: " ")
  }
}
