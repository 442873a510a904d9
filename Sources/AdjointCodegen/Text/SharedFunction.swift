/// A function inside a module that its kernels call.
///
/// It is named after its text, so a module has it once, however many of its kernels call it. What is
/// large and used in several places costs the compiler its time once, and LLVM takes less for several
/// small functions than for a large one.
struct SharedFunction: Hashable, Sendable {
  let name: String
  /// Its definition, for this module alone.
  let text: String
  /// Its declaration, for modules that call that of another.
  let declaration: String
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
    text = Self.definition + name + rest
    let types = parameters.map { $0.prefix { $0 != " " } }
    declaration = "declare void @\(name)(\(types.joined(separator: ", ")))"
    callees = body.callees
    declarations = body.declarations
    calls = body.calls
    callCount = body.callCount
  }

  private static let definition = "define internal void @"

  /// Its definition, for other modules too.
  var exported: String { "define void @" + text.dropFirst(Self.definition.count) }

  /// The name says it all.
  static func == (left: Self, right: Self) -> Bool { left.name == right.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
