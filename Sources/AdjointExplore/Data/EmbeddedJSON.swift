import AdjointCore
import Foundation

/// JSON that can stand inside a script element of a page.
enum EmbeddedJSON {
  /// The value as JSON in which no character is one that HTML or JavaScript takes for its own: `<`, `>` and `&`, so that
  /// no text ends the element or begins a comment, and the line separators U+2028 and U+2029.
  ///
  /// They are in texts only, where JSON allows any character to be spelled as a number.
  static func text(of value: some Encodable) throws(Diagnostic) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Of numbers that JSON does not have.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let json: Data
    do {
      json = try encoder.encode(value)
    } catch {
      throw Diagnostic(.invalidArgument, "what the page shows cannot be written: \(error)")
    }
    return escaped(String(decoding: json, as: UTF8.self))
  }

  static func escaped(_ json: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<", ">", "&", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text.append(contentsOf: "\\u".unicodeScalars)
        text.append(contentsOf: String(repeating: "0", count: 4 - digits.count).unicodeScalars)
        text.append(contentsOf: digits.unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
