/// A function inside a module that its kernels call.
///
/// It is named after its text, so a module has it once, however many of its kernels call it. What is
/// large and used in several places costs the compiler its time once, and LLVM takes less for several
/// small functions than for a large one.
struct SharedFunction: Hashable, Sendable {
  let name: String
  let text: String
  /// The shared functions that it calls in turn.
  let callees: [SharedFunction]
  let declarations: Set<String>
  let calls: Set<VectorFunction>
  let callCount: Int

  /// - Parameters:
  ///   - stem: What the name begins with.
  ///   - parameters: Types and names, such as `ptr %source`.
  init(_ stem: String, _ parameters: [String], _ body: FunctionText) {
    let rest = """
      (\(parameters.joined(separator: ", "))) #2 {
      entry:
      \(body.lines.joined(separator: "\n"))
      }

      """
    var hash = StableHash()
    hash.add(rest)
    name = "\(stem)_\(hash.digits)"
    text = "define internal void @\(name)\(rest)"
    callees = body.callees
    declarations = body.declarations
    calls = body.calls
    callCount = body.callCount
  }

  /// The name says it all.
  static func == (left: Self, right: Self) -> Bool { left.name == right.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
