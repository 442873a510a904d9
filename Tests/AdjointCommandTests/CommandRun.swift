import Foundation

/// The built command run as a process of its own, with what it wrote and how it ended.
struct CommandRun {
  let status: Int32
  let isSignal: Bool
  let output: String
  let errors: String

  /// Runs the command with arguments; paths may be relative to the root of the package.
  init(_ arguments: String...) throws {
    try self.init(arguments: arguments)
  }

  init(arguments: [String]) throws {
    try self.init(executable: Self.adjoint, arguments: arguments)
  }

  /// Runs a line of bash in which `$ADJOINT` is the command.
  init(shell line: String) throws {
    try self.init(executable: URL(fileURLWithPath: "/bin/bash"), arguments: ["-c", line])
  }

  private init(executable: URL, arguments: [String]) throws {
    // Files, not pipes, so that neither side waits for the other.
    let folder = try TemporaryFolder()
    let process = try Self.process(executable, arguments, folder)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    isSignal = process.terminationReason == .uncaughtSignal
    output = try String(contentsOfFile: folder.path("output"), encoding: .utf8)
    errors = try String(contentsOfFile: folder.path("errors"), encoding: .utf8)
  }

  /// A process that is set up and not yet started.
  static func process(
    _ executable: URL, _ arguments: [String], _ folder: TemporaryFolder
  ) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.environment = ProcessInfo.processInfo.environment
      .merging(["ADJOINT": adjoint.path]) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try handle(folder.path("output"))
    process.standardError = try handle(folder.path("errors"))
    return process
  }

  private static func handle(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  /// The output as JSON.
  var json: [String: Any] {
    get throws {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  /// The folder of the package.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The command, beside the bundle of the tests.
  static let adjoint: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
    var folder = bundle.bundleURL
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("adjoint")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return root.appendingPathComponent(".build/debug/adjoint")
  }()
}

/// A folder that goes away with its last user.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("adjoint-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }
}
