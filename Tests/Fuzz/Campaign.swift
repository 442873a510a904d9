import AdjointCore
import TestSupport

/// One kind of input, made from a seed alone, so that a seed is all that is needed to see it again.
protocol Campaign {
  /// The word for it on the command line.
  static var name: String { get }

  init() throws

  /// Tries the input of a seed.
  ///
  /// - Throws: `Finding` where something is wrong. A `Diagnostic` is what bad input is for, so campaigns
  ///   catch those that are expected; one that gets out counts as wrong too.
  mutating func run(seed: UInt64, counts: inout Counts) throws

  /// The input of a seed, for a file beside what was found, and how such files end.
  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String)
}

/// Something that must not be.
struct Finding: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// How much was tried, by name.
struct Counts: Equatable {
  var values: [String: Int] = [:]

  subscript(name: String) -> Int {
    get { values[name] ?? 0 }
    set { values[name] = newValue }
  }

  mutating func add(_ other: Counts) { values.merge(other.values, uniquingKeysWith: +) }

  /// `inputs 12, refused 3`, in the order of the names.
  var text: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  /// Reads what `text` gives.
  init(text: String = "") {
    for item in text.split(separator: ",") {
      let words = item.split(separator: " ")
      if words.count == 2, let count = Int(words[1]) { values[String(words[0])] = count }
    }
  }
}

/// The campaigns by name, in the order in which they run.
enum Campaigns {
  static var all: [any Campaign.Type] {
    [
      FileCampaign.self, TextCampaign.self, PlanCampaign.self, ProgramCampaign.self,
      DifferenceCampaign.self, StoreCampaign.self,
    ]
  }

  static func named(_ name: String) throws -> any Campaign.Type {
    guard let campaign = all.first(where: { $0.name == name }) else {
      let names = all.map { $0.name }.joined(separator: ", ")
      throw Finding("there is no campaign \(name); there are \(names)")
    }
    return campaign
  }
}

/// Whether a body gives a value; a `Diagnostic` means that it does not.
func isAccepted(_ body: () throws -> Void) throws -> Bool {
  do { try body() } catch is Diagnostic { return false }
  return true
}
