import AdjointCore
import AdjointFormats
import Foundation
import Testing

@Suite struct SafetensorsFileTests {
  static func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
    return prefix + Array(header.utf8) + data
  }

  static func example() throws -> SafetensorsFile {
    var tensors: [String: Tensor] = [:]
    for type in ScalarType.allCases {
      tensors["\(type)/w"] = try Tensor(
        Tensor.Storage(casting: [0, 1, 2.5, 100.25, 7, 255], as: type), extents: [2, 3])
    }
    tensors["scalar"] = try Tensor(scalar: -3, .f32)
    tensors["empty"] = try Tensor(repeating: 0, .f32, extents: [0, 5])
    return SafetensorsFile(
      tensors: tensors, metadata: ["step": "12", "näme \"\\\n\u{1}": "tab\t/é🙂"])
  }

  @Test func layoutIsTheDocumentedOne() throws {
    let file = SafetensorsFile(
      tensors: [
        "b": try Tensor([1] as [Float], extents: [1, 1]), "a": try Tensor(.u8([9]), extents: [1]),
      ], metadata: ["k": "v"])
    let header =
      "{\"__metadata__\":{\"k\":\"v\"},"
      + "\"b\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
      + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[4,5]}}"
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(try file.bytes() == Self.file(padded, [0, 0, 0x80, 0x3f, 9]))
  }

  @Test func everythingComesBackAndIsDeterministic() throws {
    let file = try Self.example()
    let bytes = try file.bytes()
    #expect(try SafetensorsFile(bytes: bytes) == file)
    for _ in 0..<5 { #expect(try Self.example().bytes() == bytes) }
    let start = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    #expect(start % 8 == 0)
    #expect(try SafetensorsFile(bytes: SafetensorsFile().bytes()) == SafetensorsFile())
  }

  @Test func headerJSONIsReadByFoundationToo() throws {
    let bytes = try Self.example().bytes()
    let end = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    let json = try JSONSerialization.jsonObject(with: Data(bytes[8..<end])) as? [String: Any]
    #expect(json?.count == 9)
    let metadata = json?["__metadata__"] as? [String: String]
    #expect(metadata == (try Self.example().metadata))
  }

  @Test func filesOfOtherWritersAreRead() throws {
    let header =
      " {\n \"w\\u00e9\\ud83d\\ude42\" : { \"shape\" : [ 2 ], \"data_offsets\":[0, 4] ,"
      + "\"dtype\": \"F16\"}, \"v\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[4,6]} }  "
    let bytes = Self.file(String(header.dropFirst()), [0, 0x3c, 0, 0xc0, 0xc0, 0x3f])
    let file = try SafetensorsFile(bytes: bytes)
    #expect(try file.tensors["wé🙂"] == Tensor([1, -2] as [Float]))
    #expect(try file.tensors["v"] == Tensor(scalar: 1.5, .f32))
  }

  static func tensor(_ offsets: String, shape: String = "[2]", dtype: String = "U8") -> String {
    "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let lies: [(String, Diagnostic.Code)] = [
    ("{\"a\":\(tensor("[0,3]"))}", .corruptFile),  // beyond the end
    ("{\"a\":\(tensor("[2,0]"))}", .corruptFile),  // backwards
    ("{\"a\":\(tensor("[0,1]"))}", .corruptFile),  // not what the shape needs
    ("{\"a\":\(tensor("[1,2]", shape: "[1]"))}", .corruptFile),  // hole in front
    ("{\"a\":\(tensor("[0,1]", shape: "[1]"))}", .corruptFile),  // tail
    ("{\"a\":\(tensor("[0,2]")),\"b\":\(tensor("[1,2]", shape: "[1]"))}", .corruptFile),
    ("{\"a\":\(tensor("[0,2]")),\"b\":\(tensor("[0,2]"))}", .corruptFile),  // shared bytes
    ("{\"a\":\(tensor("[0,2]")),\"a\":\(tensor("[2,2]", shape: "[0]"))}", .duplicateName),
    ("{\"é\":\(tensor("[0,2]")),\"e\u{301}\":\(tensor("[2,2]", shape: "[0]"))}", .duplicateName),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", .duplicateName),
    ("{\"__metadata__\":{\"k\":1}}", .corruptFile),
    ("{\"a\":\(tensor("[0,2]", dtype: "F8_E4M3"))}", .scalarTypeMismatch),
    ("{\"a\":\(tensor("[0,2]", shape: "[4611686018427387904,8]"))}", .corruptFile),
    ("{\"a\":\(tensor("[0,0]", shape: "[0,4611686018427387904,8]"))}", .corruptFile),
    ("{\"a\":\(tensor("[0,99999999999999999999]"))}", .corruptFile),
    ("{\"a\":\(tensor("[-1,1]"))}", .corruptFile), ("{\"a\":\(tensor("[0,2.0]"))}", .corruptFile),
    ("{\"a\":\(tensor("[0,2,2]"))}", .corruptFile), ("{\"a\":\(tensor("[0]"))}", .corruptFile),
    ("{\"a\":\(tensor("[0,2]", shape: "[2\(String(repeating: ",1", count: 16))]"))}", .corruptFile),
    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}", .corruptFile),
    (
      "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
      .corruptFile
    ),
    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2],\"x\":1}}", .corruptFile),
    ("{\"a\":[]}", .corruptFile), ("{\"a\":{}}", .corruptFile), ("[]", .corruptFile),
    ("{\"a\":\(tensor("[0,2]"))", .corruptFile), ("{\"a\":\(tensor("[0,2]"))}}", .corruptFile),
    ("{\"a\":\(tensor("[0,2]")),}", .corruptFile), ("{\"a\\ud800\":1}", .corruptFile),
    ("{\"a\\q\":1}", .corruptFile), ("{\"a\n\":1}", .corruptFile), ("{\"a", .corruptFile),
    (String(repeating: "{\"a\":", count: 10_000), .corruptFile),
    (String(repeating: "[", count: 10_000), .corruptFile), ("", .corruptFile),
  ]

  @Test func headersThatLieAreRefused() throws {
    for (header, code) in Self.lies {
      let bytes = Self.file(header, [1, 2])
      let error = diagnostic { () throws(Diagnostic) in
        try SafetensorsFile(bytes: bytes, path: "x.safetensors")
      }
      #expect(error?.code == code, "\(header.prefix(120))")
      #expect(error?.location?.file == "x.safetensors")
    }
    let good = "{\"a\":\(Self.tensor("[0,2]"))}"
    #expect(try SafetensorsFile(bytes: Self.file(good, [1, 2])).tensors.count == 1)
    for length in [0, 1, 8, UInt64(good.utf8.count) + 3, 100_000_001, 1 << 63, .max] {
      let bytes = Self.file(good, [1, 2], length: length)
      let error = diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: bytes) }
      #expect(error?.code == .corruptFile, "\(length)")
    }
    let notUTF8 = Self.file("{\"aX\":\(Self.tensor("[0,2]"))}", [1, 2]).map {
      $0 == 0x58 ? 0xff : $0
    }
    #expect(
      diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: notUTF8) }?.code
        == .corruptFile)
    let boolean = Self.file("{\"a\":\(Self.tensor("[0,2]", dtype: "BOOL"))}", [1, 2])
    #expect(
      diagnostic { () throws(Diagnostic) in try SafetensorsFile(bytes: boolean) }?.code
        == .corruptFile)
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    let file = SafetensorsFile(
      tensors: [
        "w": try Tensor([1, 2] as [Float]), "n": try Tensor(.i64([5]), extents: [1]),
        "m": try Tensor(.bool([true, false]), extents: [2]),
      ], metadata: ["step": "1"])
    let bytes = try file.bytes()
    expectPrefixesRefused(bytes) { (bytes) throws(Diagnostic) in
      try SafetensorsFile(bytes: bytes)
    }
    let refusals = refusalsUnderDamage(bytes, seed: 8) { (bytes) throws(Diagnostic) in
      try SafetensorsFile(bytes: bytes)
    }
    #expect(refusals > 1000)
  }

  @Test func reservedNameIsRefused() throws {
    let file = SafetensorsFile(tensors: ["__metadata__": try Tensor(scalar: 1, .f32)])
    #expect(
      diagnostic { () throws(Diagnostic) in try file.bytes() }?.code == .invalidArgument)
  }

  @Test func filesOnDisk() throws {
    let folder = try TemporaryFolder()
    let file = try Self.example()
    try file.write(to: folder("w.safetensors"))
    #expect(try SafetensorsFile(contentsOf: folder("w.safetensors")) == file)
    let error = diagnostic { () throws(Diagnostic) in
      try SafetensorsFile(contentsOf: folder("none"))
    }
    #expect(error?.code == .inputOutput)
  }
}
