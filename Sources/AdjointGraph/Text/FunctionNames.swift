/// The functions of a graph with the names that they have in its text: their own, with a number behind those of
/// another function of the same name.
package struct FunctionNames: Sendable {
  /// Each behind those that it names.
  package let functions: [Function]
  private let names: [Function: String]

  /// The names of no functions.
  package init() {
    functions = []
    names = [:]
  }

  /// The names of all functions that a graph calls.
  package init(_ graph: Graph) {
    functions = graph.functions
    var names: [Function: String] = [:]
    var taken: Set<String> = []
    for function in functions {
      var name = function.name
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(function.name).\(number)"
        number += 1
      }
      names[function] = name
    }
    self.names = names
  }

  package subscript(function: Function) -> String { names[function] ?? function.name }
}
