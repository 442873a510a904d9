import Foundation
import Testing

/// A function, initialiser, subscript or settable property that the sources declare public.
struct PublicDeclaration {
  /// The types around it with a point behind, `Optimizer.Site.`; empty at the top level.
  let owner: String
  let name: String
  /// `label name: Type`, without defaults and the caller's place; for a property its type alone.
  let parameters: [String]
  let isProperty: Bool

  /// `Type.name(label name: Type, …)`, or `Type.name: Type`.
  var signature: String {
    isProperty
      ? "\(owner)\(name): \(parameters[0])"
      : "\(owner)\(name)(\(parameters.joined(separator: ", ")))"
  }

  var parameterTypes: [Substring] {
    isProperty
      ? [parameters[0][...]]
      : parameters.compactMap { $0.split(separator: ": ", maxSplits: 1).last }
  }
}

/// What the modules of the products declare public, read from their sources.
enum PublicSignatures {
  static func all() throws -> [PublicDeclaration] {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources")
    var found: [PublicDeclaration] = []
    for module in try modules(of: sources) {
      let folder = sources.appendingPathComponent(module)
      let paths = try #require(FileManager.default.subpaths(atPath: folder.path))
      for path in paths.sorted() where path.hasSuffix(".swift") {
        let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        found += try declarations(in: text)
      }
    }
    return found
  }

  /// The facade, what it exports again, and the other products.
  private static func modules(of sources: URL) throws -> [String] {
    let facade = sources.appendingPathComponent("Adjoint/Adjoint.swift")
    let exported = try String(contentsOf: facade, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("@_exported import ") }.map { $0.dropFirst(18) }
    return ["Adjoint", "AdjointTraining", "AdjointTables", "AdjointCharts", "AdjointExplore"]
      + exported.map(String.init)
  }

  private static func declarations(in text: String) throws -> [PublicDeclaration] {
    let scope = try Regex<(Substring, Substring, Substring)>(
      #"^( *)(?:@\w+ |public |package |private |fileprivate |final |indirect )*(?:extension|struct|class|enum|protocol) ([\w.]+)"#
    )
    let function = try Regex<(Substring, Substring)>(
      #"^ *public (?:static |prefix |mutating |convenience )*(?:func +|(?=init|subscript))([^\s(]+?) *(?:<\w+(?:: \w+)?(?:, \w+(?:: \w+)?)*>)? ?\("#
    )
    let property = try Regex<(Substring, Substring, Substring)>(
      #"^ *public (?:static )?var (\w+): ([^={]+?)(?: = [^{]*| *\{.*)?$"#)
    let scopeWords = ["extension ", "struct ", "class ", "enum ", "protocol "]
    var found: [PublicDeclaration] = []
    var scopes: [(indentation: Int, name: Substring)] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst() {
      let indentation = line.prefix { $0 == " " }.count
      if !line.isEmpty { scopes.removeAll { $0.indentation >= indentation } }
      // Trying a regular expression is slow, and nearly all lines are neither.
      let words = line.drop { $0 == " " }.prefix { $0 != "(" }
      if scopeWords.contains(where: { words.contains($0) }), let match = line.prefixMatch(of: scope)
      {
        scopes.append((indentation, match.2))
      }
      guard words.hasPrefix("public ") else { continue }
      let owner = scopes.map { "\($0.name)." }.joined()
      if let match = line.prefixMatch(of: property) {
        guard !line.contains("{") || isSettable(lines, indentation) else { continue }
        found.append(
          PublicDeclaration(
            owner: owner, name: String(match.1), parameters: [String(match.2)], isProperty: true))
      } else if let match = line.prefixMatch(of: function) {
        // The list of parameters ends with the parenthesis that closes it.
        var list = String(line[match.range.upperBound...])
        while depth(list) >= 0, let next = lines.popFirst() { list += " " + next }
        let parameters = split(list)
        found.append(
          PublicDeclaration(
            owner: owner, name: String(match.1), parameters: parameters, isProperty: false))
      }
    }
    return found
  }

  /// Whether the body of a computed property has a setter.
  private static func isSettable(_ body: ArraySlice<Substring>, _ indentation: Int) -> Bool {
    body.prefix { $0.isEmpty || $0.prefix { $0 == " " }.count > indentation }
      .contains { $0.drop { $0 == " " }.hasPrefix("set {") }
  }

  private static func depth(_ text: String) -> Int {
    text.reduce(0) { $0 + ($1 == "(" ? 1 : $1 == ")" ? -1 : 0) }
  }

  /// The parameters of a list, without their defaults; what follows the list is dropped.
  private static func split(_ list: String) -> [String] {
    var parameters = [""]
    var depth = 0
    for character in list {
      if character == "(" || character == "[" { depth += 1 }
      if character == ")" || character == "]" { depth -= 1 }
      if depth < 0 { break }
      if character == ",", depth == 0 {
        parameters.append("")
      } else {
        parameters[parameters.count - 1].append(character)
      }
    }
    return parameters.compactMap { parameter in
      let words = parameter.split(separator: " ").joined(separator: " ")
      let isPlace = words.hasSuffix("= #fileID") || words.hasSuffix("= #line")
      return words.isEmpty || isPlace ? nil : words.components(separatedBy: " = ")[0]
    }
  }
}
