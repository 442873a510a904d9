import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension LLVMLibrary {
  /// Why there is no library, where there is none.
  struct Absence: Error {
    var reason: String
  }

  /// The major versions that are used.
  static let versions = 15...22

  /// Those that are looked for, the best known first.
  private static let preference = [19, 20, 21, 22, 18, 17, 16, 15]

  /// The libraries that were asked for, each of which is opened once: by their paths, nil for the best known.
  private static let known = Mutex<[String?: Result<LLVMLibrary, Absence>]>([:])

  /// The library at a path, and no other; without one, the best known that is found.
  static func opened(_ path: String?) -> Result<LLVMLibrary, Absence> {
    known.withLock { known in
      if let opened = known[path] { return opened }
      let opened = path.map(open) ?? search()
      known[path] = opened
      return opened
    }
  }

  private static func open(_ path: String) -> Result<LLVMLibrary, Absence> {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "it cannot be opened"
      return .failure(Absence(reason: "\(path) is not used: \(reason)"))
    }
    do {
      return .success(try load(handle))
    } catch let absence {
      dlclose(handle)
      return .failure(
        Absence(reason: "\(path) is not used: \(absence.reason)"))
    }
  }

  private static func search() -> Result<LLVMLibrary, Absence> {
    var refused: [String] = []
    for name in preference.flatMap(names) + otherNames {
      guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      do {
        return .success(try load(handle))
      } catch let absence {
        refused.append("\(name): \(absence.reason)")
      }
      dlclose(handle)
    }
    let range = "\(versions.lowerBound) to \(versions.upperBound)"
    let found = refused.isEmpty ? "" : " (\(refused.joined(separator: "; ")))"
    return .failure(Absence(reason: "no LLVM of a version from \(range) was found\(found)"))
  }

  /// What the library of a version is called.
  private static func names(_ version: Int) -> [String] {
    #if os(Linux)
      // As released since 18.1, as released before, and as distributions call both.
      ["libLLVM.so.\(version).1", "libLLVM-\(version).so.1", "libLLVM-\(version).so"]
    #else
      ["/opt/homebrew", "/usr/local"].map { "\($0)/opt/llvm@\(version)/lib/libLLVM.dylib" }
    #endif
  }

  /// Names that say no version, and old ones, so that it can be said that they are too old.
  private static var otherNames: [String] {
    #if os(Linux)
      ["libLLVM.so"] + [14, 13, 11].flatMap { ["libLLVM-\($0).so.1"] }
    #else
      ["/opt/homebrew", "/usr/local"].map { "\($0)/opt/llvm/lib/libLLVM.dylib" }
    #endif
  }

  private static func load(_ handle: UnsafeMutableRawPointer) throws(Absence) -> LLVMLibrary {
    let symbols = Symbols(handle: handle)
    let library = try LLVMLibrary(checkedVersion(symbols), symbols)
    try initializeTarget(symbols)
    return library
  }

  /// The version, which must be one that is used.
  private static func checkedVersion(_ symbols: Symbols) throws(Absence) -> String {
    guard symbols.contains("GetVersion") else {
      // It came with 16. Of the versions before, 15 is the first with this one.
      guard symbols.contains("PointerTypeInContext") else {
        let isLLVM = symbols.contains("ContextCreate")
        throw Absence(
          reason: isLLVM
            ? "it is older than \(versions.lowerBound)" : "it is not a library of LLVM")
      }
      return "15"
    }
    let get:
      @convention(c) (
        UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>,
        UnsafeMutablePointer<UInt32>
      ) -> Void = try symbols.find("GetVersion")
    var (major, minor, patch): (UInt32, UInt32, UInt32) = (0, 0, 0)
    get(&major, &minor, &patch)
    guard versions.contains(Int(major)) else {
      throw Absence(
        reason: "it is version \(major), not one from \(versions.lowerBound) to"
          + " \(versions.upperBound)")
    }
    return "\(major).\(minor).\(patch)"
  }

  /// Makes the target of this processor known to the library.
  private static func initializeTarget(_ symbols: Symbols) throws(Absence) {
    #if arch(x86_64)
      let target = "X86"
    #else
      let target = "AArch64"
    #endif
    for part in ["TargetInfo", "Target", "TargetMC", "AsmPrinter"] {
      let initialize: @convention(c) () -> Void = try symbols.find("Initialize\(target)\(part)")
      initialize()
    }
  }
}
