import Foundation

/// A namespace of the dynamic linker: libraries loaded into it see each other and nothing else of the
/// process.
struct LinkerNamespace {
  /// A library that has been loaded.
  struct Library {
    let handle: UnsafeMutableRawPointer

    func function<Function>(_ name: String, as type: Function.Type) -> Function? {
      dlsym(handle, name).map { unsafeBitCast($0, to: type) }
    }
  }

  // Looked up, since only glibc has them.
  private typealias Open =
    @convention(c) (Int, UnsafePointer<CChar>, CInt) -> UnsafeMutableRawPointer?
  private typealias Information =
    @convention(c) (UnsafeMutableRawPointer, CInt, UnsafeMutableRawPointer) -> CInt

  private typealias Find =
    @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> CInt

  private let open: Open
  private let number: Int
  private let cLibrary: Library

  /// A new namespace that holds the C library alone; nil where the system has none, or no more.
  init?() {
    #if canImport(Glibc)
      guard let open = Self.function("dlmopen", as: Open.self),
        let information = Self.function("dlinfo", as: Information.self),
        let handle = open(-1 /* LM_ID_NEWLM */, "libc.so.6", RTLD_NOW | RTLD_LOCAL)
      else { return nil }
      var number = 0
      guard information(handle, 1 /* RTLD_DI_LMID */, &number) == 0 else {
        dlclose(handle)
        return nil
      }
      self.open = open
      self.number = number
      cLibrary = Library(handle: handle)
    #else
      return nil
    #endif
  }

  /// Gives what is in the namespace an environment of these variables alone, for good.
  func setEnvironment(_ variables: [String]) {
    guard let place = dlsym(cLibrary.handle, "environ") else { return }
    // Never freed: whoever looks a variable up keeps the text.
    let texts = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
      .allocate(capacity: variables.count + 1)
    for (number, variable) in variables.enumerated() { texts[number] = strdup(variable) }
    texts[variables.count] = nil
    place.assumingMemoryBound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self).pointee =
      texts
  }

  /// Loads a library, which stays.
  func load(_ path: String) -> Library? {
    open(number, path, RTLD_NOW | RTLD_LOCAL).map(Library.init)
  }

  /// Gives up a namespace in which nothing is of use.
  func close() { dlclose(cLibrary.handle) }

  /// The file of the library that a function of the process is in.
  static func path(of function: UnsafeRawPointer) -> String? {
    guard let find = Self.function("dladdr", as: Find.self) else { return nil }
    // The path, the address of the library, the name and the address of the symbol.
    var found: (UnsafePointer<CChar>?, Int, Int, Int) = (nil, 0, 0, 0)
    guard find(function, &found) != 0 else { return nil }
    return found.0.map { String(cString: $0) }
  }

  private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    dlsym(nil, name).map { unsafeBitCast($0, to: type) }
  }
}
