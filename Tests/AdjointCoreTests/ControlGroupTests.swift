import AdjointCore
import Foundation
import Testing

/// A folder that stands for `/`, with the files of control groups.
private final class MachineFolder {
  let path = NSTemporaryDirectory() + "/adjoint-groups-\(UUID().uuidString)"

  init(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = URL(fileURLWithPath: "\(path)/\(name)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var group: ControlGroup { ControlGroup(root: path) }
}

@Suite struct ControlGroupTests {
  private static let unified =
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"

  @Test func limitNothingWhereThereAreNone() throws {
    let group = try MachineFolder(["proc/self/other": ""]).group
    #expect(group.processors == nil)
    #expect(group.memoryByteCount == nil)
  }

  @Test func ofVersionTwoAreReadWithThoseAbove() throws {
    let group = try MachineFolder([
      "proc/self/cgroup": "0::/a.slice/b.scope", "proc/self/mountinfo": Self.unified,
      "sys/fs/cgroup/a.slice/cpu.max": "150000 100000",
      "sys/fs/cgroup/a.slice/memory.max": "max",
      "sys/fs/cgroup/a.slice/b.scope/cpu.max": "max 100000",
      "sys/fs/cgroup/a.slice/b.scope/memory.max": "1073741824",
      "sys/fs/cgroup/a.slice/b.scope/memory.high": "536870912",
    ]).group
    #expect(group.processors == 1.5)
    #expect(group.memoryByteCount == 512 << 20)
  }

  @Test func ofVersionOneHaveAFolderForEachController() throws {
    let group = try MachineFolder([
      "proc/self/cgroup": "9:name=systemd:/x\n5:cpu,cpuacct:/jobs/7\n4:memory:/jobs\n0::/",
      "proc/self/mountinfo": """
      30 29 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
      31 29 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
      32 29 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
      """,
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
      "sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_quota_us": "50000",
      "sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_period_us": "100000",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
      "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": "268435456",
    ]).group
    #expect(group.processors == 0.5)
    #expect(group.memoryByteCount == 256 << 20)
  }

  @Test func ofAContainerAreAtTheTopOfWhatItSees() throws {
    for path in ["/docker/1f", "/docker/1f/below", "/../../outside", "/elsewhere"] {
      let group = try MachineFolder([
        "proc/self/cgroup": "5:cpu:\(path)",
        "proc/self/mountinfo":
          "30 29 0:27 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      ]).group
      #expect(group.processors == 2, "\(path)")
    }
  }

  @Test(arguments: [
    "", "garbage", "1 0", "-5 100000", "max max", "1 2 3", "99999999999999999999 1",
  ])
  func whatIsNoQuotaLimitsNothing(_ text: String) throws {
    let group = try MachineFolder([
      "proc/self/cgroup": "0::/\nnonsense\n::",
      "proc/self/mountinfo": Self.unified + "\n- - -\n1 2",
      "sys/fs/cgroup/cpu.max": text, "sys/fs/cgroup/memory.max": text,
    ]).group
    #expect(group.processors == nil)
  }

  @Test func decideTheNumberOfThreads() throws {
    func count(_ quota: String, of processors: Int) throws -> Int {
      let folder = try MachineFolder([
        "proc/self/cgroup": "0::/", "proc/self/mountinfo": Self.unified,
        "sys/fs/cgroup/cpu.max": quota,
      ])
      return AvailableMachine.processorCount(of: processors, in: folder.group)
    }
    #expect(try count("max 100000", of: 8) == 8)
    #expect(try count("50000 100000", of: 8) == 1)
    #expect(try count("100000 100000", of: 8) == 1)
    #expect(try count("150000 100000", of: 8) == 2)
    #expect(try count("9000000 100000", of: 8) == 8)
    #expect(try count("9000000000000000000 1", of: 8) == 8)
  }

  @Test func decideTheMemory() throws {
    let folder = try MachineFolder([
      "proc/self/cgroup": "0::/", "proc/self/mountinfo": Self.unified,
      "sys/fs/cgroup/memory.max": "1000",
    ])
    #expect(AvailableMachine.memoryByteCount(of: 4000, in: folder.group) == 1000)
    #expect(AvailableMachine.memoryByteCount(of: 400, in: folder.group) == 400)
    #expect(MemoryLimit.standard == AvailableMachine.memoryByteCount / 4 * 3)
  }
}

/// A group of this machine, where this process may make one.
private final class LiveGroup {
  let path: String

  init?(under folder: String) {
    path = "\(folder)/adjoint-test-\(UUID().uuidString)"
    guard mkdir(path, 0o755) == 0 else { return nil }
  }

  deinit { rmdir(path) }

  func write(_ text: String, to name: String) -> Bool {
    let file = open("\(path)/\(name)", O_WRONLY)
    guard file >= 0 else { return false }
    defer { close(file) }
    return text.utf8.withContiguousStorageIfAvailable {
      Glibc.write(file, $0.baseAddress, $0.count) == $0.count
    } ?? false
  }

  /// A folder in which groups with a quota, or a limit of memory, can be made; nil where there is none.
  static func folder(_ controller: String, with file: String) -> String? {
    ["/sys/fs/cgroup/\(controller)", "/sys/fs/cgroup"].first { folder in
      guard let group = LiveGroup(under: folder) else { return false }
      return access("\(group.path)/\(file)", W_OK) == 0
    }
  }

  static let quotaFile = ["cpu.cfs_quota_us", "cpu.max"].first { folder("cpu", with: $0) != nil }
  static let memoryFile = ["memory.limit_in_bytes", "memory.max"]
    .first { folder("memory", with: $0) != nil }
}

@Suite("Control groups of this machine")
struct LiveControlGroupTests {
  /// What a process in a group that a closure has set is left.
  private func limits(
    in controller: String, _ file: String, _ value: String
  ) throws -> ControlGroup {
    let folder = try #require(LiveGroup.folder(controller, with: file))
    let group = try #require(LiveGroup(under: folder))
    #expect(group.write(value, to: file))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["60"]
    try process.run()
    defer {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    #expect(group.write("\(process.processIdentifier)", to: "cgroup.procs"))
    return ControlGroup(process: "\(process.processIdentifier)")
  }

  @Test(
    "limit processors", .enabled(if: LiveGroup.quotaFile != nil, "no cpu controller is writable"))
  func quota() throws {
    let file = try #require(LiveGroup.quotaFile)
    let value = file == "cpu.max" ? "50000 100000" : "50000"
    #expect(try limits(in: "cpu", file, value).processors == 0.5)
  }

  @Test(
    "limit memory", .enabled(if: LiveGroup.memoryFile != nil, "no memory controller is writable"))
  func memory() throws {
    let file = try #require(LiveGroup.memoryFile)
    #expect(try limits(in: "memory", file, "268435456").memoryByteCount == 256 << 20)
  }
}
