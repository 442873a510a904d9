import Adjoint
import ArgumentParser

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows a derivative as a formula, term by term.",
    discussion: """
      The formula is that of the simplified derivative; what it uses more than once has a name. Below it \
      stands, for each node that reads the value, what it contributed to the derivative: the terms add up to it. \
      The value may be an input, a parameter or a named node.

        adjoint explain Graphs/trace.graph --of y --with-respect-to x1
        adjoint explain Graphs/many-children.graph --of f --with-respect-to t --latex
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The output to differentiate.", valueName: "output"))
  var of: String

  @Option(help: ArgumentHelp("An input, a parameter or a named node.", valueName: "value"))
  var withRespectTo: String

  @Flag(help: "Print the formula in LaTeX.")
  var latex = false

  func run() throws {
    let explanation = try Graph(contentsOf: file).explained(of, withRespectTo: withRespectTo)
    if latex {
      print(explanation.derivative.latexBlock(naming: explanation.latexName))
      return
    }
    print("\(of) = \(explanation.value.text)")
    for definition in explanation.value.definitions {
      print("  where \(definition.name) = \(definition.text)")
    }
    print("\n∂\(of)/∂\(withRespectTo) = \(explanation.derivative.text)")
    for definition in explanation.derivative.definitions {
      print("  where \(definition.name) = \(definition.text)")
    }
    let count = explanation.terms.count
    print("\n\(count) term\(count == 1 ? "" : "s"), the last child first:")
    for term in explanation.terms {
      let place = term.location.map { "  (\($0))" } ?? ""
      print(
        "  \(term.formula.text)    from %\(term.child) = \(term.rule), operand \(term.operand)\(place)"
      )
      for definition in term.formula.definitions
      where !explanation.derivative.definitions.contains(definition) {
        print("    where \(definition.name) = \(definition.text)")
      }
    }
  }
}

extension DerivativeExplanation {
  /// `\frac{\partial y}{\partial x}`.
  fileprivate var latexName: String {
    "\\frac{\\partial \(Formula.latexName(of: output))}{\\partial \(Formula.latexName(of: source))}"
  }
}
