import Foundation
import Testing

@Suite struct GeneratedCodeTests {
  /// Whether this machine has LLVM, as the command sees it.
  static let hasLLVM: Bool =
    (try? CommandRun("print", "Graphs/trace.graph", "--llvm"))?.status == 0

  private static let gradient = "gradient Graphs/trace.graph --of y --set x1=0.5 --set x2=2"

  // MARK: Print

  @Test(.enabled(if: hasLLVM)) func printsTheCodeOfEveryKernel() throws {
    let plan = try CommandRun("print", "Graphs/digits-mlp.graph", "--plan", "--dim", "B=32")
    let numbers = plan.output.split(separator: "\n").filter { $0.hasPrefix("  k") }.count
    #expect(numbers > 3)
    for form in ["--llvm", "--assembly"] {
      let run = try CommandRun("print", "Graphs/digits-mlp.graph", form, "--dim", "B=32")
      #expect(run.status == 0)
      #expect(run.errors.isEmpty)
      let mark = form == "--llvm" ? "; k" : run.output.hasPrefix("#") ? "# k" : "// k"
      let heads = run.output.split(separator: "\n").filter { $0.hasPrefix(mark) }
      #expect(heads.count == numbers)
      for (number, head) in heads.enumerated() { #expect(head.hasPrefix("\(mark)\(number) ")) }
      #expect(run.output.contains("define void @kernel_") == (form == "--llvm"))
      #expect(run.output.contains(".globl\tkernel_") == (form == "--assembly"))
    }
  }

  @Test func saysWhereNoCodeCanBeGenerated() throws {
    let run = try CommandRun(
      shell: "ADJOINT_LLVM=/nowhere/libLLVM.so \"$ADJOINT\" print Graphs/trace.graph --llvm")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: /nowhere/libLLVM.so is not used: "))
    #expect(run.errors.contains("[code-generation]"))
    let unbound = try CommandRun("print", "Graphs/digits-mlp.graph", "--assembly")
    #expect(unbound.status == 1)
    #expect(unbound.errors.contains("[unbound-dimension]"))
  }

  // MARK: Back ends

  @Test func worksWithoutLLVM() throws {
    let portable = try CommandRun(shell: "ADJOINT_BACKEND=portable \"$ADJOINT\" \(Self.gradient)")
    #expect(portable.status == 0)
    #expect(portable.errors.isEmpty)
    let without = try CommandRun(
      shell: "export ADJOINT_BACKEND=generated ADJOINT_LLVM=/nowhere/libLLVM.so; "
        + "\"$ADJOINT\" \(Self.gradient)")
    #expect(without.status == 0)
    #expect(without.output == portable.output)
    #expect(without.errors.hasPrefix("warning: /nowhere/libLLVM.so is not used: "))
    #expect(without.errors.split(separator: "\n").count == 1)
    // A library, and no LLVM.
    let other = try CommandRun(
      shell:
        "export ADJOINT_BACKEND=generated; ADJOINT_LLVM=$(ls /lib*/*/libm.so.6 /usr/lib*/libm.so.6 2>/dev/null | head -1) "
        + "\"$ADJOINT\" \(Self.gradient)")
    #expect(other.status == 0)
    #expect(other.output == portable.output)
    #expect(other.errors.split(separator: "\n").count == 1)
  }

  @Test func listsTheBackEndsWhereTheNameIsAnother() throws {
    let run = try CommandRun(shell: "ADJOINT_BACKEND=fast \"$ADJOINT\" \(Self.gradient)")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(
      run.errors
        == "error: ADJOINT_BACKEND is 'fast'; it can be generated or portable [invalid-argument]\n")
  }

  // MARK: Cache

  /// Runs the same command several times at once.
  private func runAtOnce(_ count: Int, cache: String) throws -> CommandRun {
    try CommandRun(
      shell: """
        export ADJOINT_CACHE='\(cache)' ADJOINT_BACKEND=generated
        for number in $(seq \(count)); do "$ADJOINT" \(Self.gradient) & done
        wait
        """)
  }

  @Test(.enabled(if: hasLLVM)) func processesShareACache() throws {
    let folder = try TemporaryFolder()
    let one = try runAtOnce(1, cache: folder.path("alone"))
    #expect(one.errors.isEmpty)
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder.path("alone")).sorted()
    #expect(entries.contains { $0.hasSuffix(".object") })
    let many = try runAtOnce(8, cache: folder.path("shared"))
    #expect(many.errors.isEmpty)
    #expect(lines(many) == Array(repeating: lines(one), count: 8).flatMap { $0 }.sorted())
    // All have made the same files, and left nothing else.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("shared")).sorted()
        == entries)
    let again = try runAtOnce(8, cache: folder.path("shared"))
    #expect(again.errors.isEmpty)
    #expect(lines(again) == lines(many))
  }

  private func lines(_ run: CommandRun) -> [String] {
    run.output.split(separator: "\n").map(String.init).sorted()
  }

  @Test(.enabled(if: hasLLVM)) func damageCostsOneLine() throws {
    let folder = try TemporaryFolder()
    let cache = folder.path("cache")
    let first = try runAtOnce(1, cache: cache)
    for name in try FileManager.default.contentsOfDirectory(atPath: cache)
    where name.hasSuffix(".object") {
      let handle = try FileHandle(
        forWritingTo: URL(fileURLWithPath: "\(cache)/\(name)"))
      try handle.truncate(atOffset: 100)
    }
    let second = try runAtOnce(1, cache: cache)
    #expect(second.output == first.output)
    #expect(second.errors.hasPrefix("warning: an entry of the kernel cache \(cache) was damaged"))
    #expect(second.errors.split(separator: "\n").count == 1)
    let third = try runAtOnce(1, cache: cache)
    #expect(third.output == first.output)
    #expect(third.errors.isEmpty)
  }

  @Test(.enabled(if: hasLLVM)) func aFolderThatCannotBeUsedCostsOneLine() throws {
    let folder = try TemporaryFolder()
    let off = try runAtOnce(1, cache: "off")
    #expect(off.errors.isEmpty)
    let blocked = try runAtOnce(1, cache: folder.file("file", "") + "/cache")
    #expect(blocked.output == off.output)
    #expect(blocked.errors.hasPrefix("warning: cannot use the kernel cache"))
    #expect(blocked.errors.contains("[cache-unusable]"))
    #expect(blocked.errors.split(separator: "\n").count == 1)
  }
}
