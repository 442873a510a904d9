/// The page around its data.
enum Page {
  /// - Parameters:
  ///   - title: The name of the graph.
  ///   - data: JSON in which nothing is HTML.
  static func text(title: String, data: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <title>\(escaped(title)) · Adjoint</title>
    <style>
    \(style)
    </style>
    </head>
    \(body)
    <script type="application/json" id="data">\(data)</script>
    <script>
    "use strict";
    \(scripts.joined(separator: "\n"))
    </script>
    </body>
    </html>

    """
  }

  /// The parts of the program, in order: each uses what stands before it.
  private static let scripts = [model, describe, list, detail, arena, application]

  /// A text as HTML.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
