import Foundation

/// A case as our executable wrote it, a file in the format of safetensors: its arrays of f64 by name.
struct CaseFile {
  private struct Entry: Decodable {
    let dtype: String
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype
      case offsets = "data_offsets"
    }
  }

  private struct Header: Decodable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
        }
      }
    }
  }

  let name: String
  private let arrays: [String: [Double]]

  init(contentsOf path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let start = 8 + Int(Self.word(bytes, at: 0))
    let header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start]))
    var arrays: [String: [Double]] = [:]
    for (name, entry) in header.entries where entry.dtype == "F64" {
      arrays[name] = stride(from: start + entry.offsets[0], to: start + entry.offsets[1], by: 8)
        .map { Double(bitPattern: Self.word(bytes, at: $0)) }
    }
    name = header.metadata["case"] ?? ""
    self.arrays = arrays
  }

  /// Eight bytes, the lowest first.
  private static func word(_ bytes: [UInt8], at place: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }

  subscript(name: String) -> [Double] {
    get throws {
      guard let array = arrays[name] else { throw Mistake("\(self.name) has no \(name) in f64") }
      return array
    }
  }
}

/// What a request cannot be answered for.
struct Mistake: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
