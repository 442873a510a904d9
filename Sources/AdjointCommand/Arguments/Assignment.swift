import AdjointCore
import ArgumentParser

/// An argument of the form `name=text`.
struct Assignment {
  let name: String
  let text: String

  /// - Throws: `ValidationError` where there is no `=` or nothing on one side of it.
  init(_ argument: String) throws {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
      throw ValidationError("'\(argument)' is not of the form name=value")
    }
    name = String(argument[..<sign])
    text = String(argument[argument.index(after: sign)...])
    guard !text.isEmpty else {
      throw ValidationError("'\(argument)' has no value after the =")
    }
  }
}

/// `x=2.5`, or `x=1,2,3` for the elements of an array row by row.
///
/// Whole numbers are exact; whether the scalar type holds a number is for whoever knows it to say.
struct NumberAssignment {
  let name: String
  let numbers: [NumberLiteral]

  init(_ argument: String) throws {
    let assignment = try Assignment(argument)
    name = assignment.name
    var numbers: [NumberLiteral] = []
    for word in assignment.text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = NumberLiteral(word) else {
        throw ValidationError("'\(word)' in '\(argument)' is not a number")
      }
      numbers.append(number)
    }
    self.numbers = numbers
  }
}

/// A file for a name: `x=x.npy`.
struct FileAssignment {
  let name: String
  let path: String

  init(_ argument: String) throws {
    let assignment = try Assignment(argument)
    (name, path) = (assignment.name, assignment.text)
  }
}

/// An extent for a dimension: `B=32`.
struct DimensionAssignment {
  let name: String
  let extent: Int

  init(_ argument: String) throws {
    let assignment = try Assignment(argument)
    guard let extent = Int(assignment.text), extent >= 0 else {
      throw ValidationError("'\(assignment.text)' in '\(argument)' is not a whole number from 0")
    }
    (name, self.extent) = (assignment.name, extent)
  }
}

/// Different names with commas between: `a,b`.
struct NameList {
  let names: [String]

  init(_ argument: String) throws {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !names.contains("") else {
      throw ValidationError("'\(argument)' is not of the form a,b")
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw ValidationError("'\(argument)' has \(name) twice")
    }
  }
}
