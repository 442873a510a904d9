import AdjointCore
import AdjointFormats
import AdjointTables
import Foundation
import Testing

@Suite("NPZ files") struct NPZFileTests {
  /// What `numpy.savez_compressed(file, x=x, n=n, **{"layer.b": b})` of NumPy 2.4 writes.
  private static let compressed =
    "UEsDBC0AAAAIAAAAIQBh69rM//////////8FABQAeC5ucHkBABAAmAAAAAAAAABbAAAAAAAAAJvsF+ob"
    + "EMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1"
    + "CmQDLgaGBnsGBoUDDAwODgxg0FDPwPDAAQBQSwMELQAAAAgAAAAhAITZcOb//////////wUAFABuLm5w"
    + "eQEAEACQAAAAAAAAAEsAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+U"
    + "kgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALmYGCPjzHwIAUEsDBC0AAAAIAAAAIQDuGbtd////////"
    + "//8LABQAbGF5ZXIuYi5ucHkBABAAggAAAAAAAABGAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF6T"
    + "ZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC5GBgBQSwECLQMtAAAACAAA"
    + "ACEAYevazFsAAACYAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAhNlw5ksA"
    + "AACQAAAABQAAAAAAAAAAAAAAgAGSAAAAbi5ucHlQSwECLQMtAAAACAAAACEA7hm7XUYAAACCAAAACwAA"
    + "AAAAAAAAAAAAgAEUAQAAbGF5ZXIuYi5ucHlQSwUGAAAAAAMAAwCfAAAAlwEAAAAA"

  /// The same without `layer.b`, written to a pipe: sizes and checksums follow the members.
  private static let streamed =
    "UEsDBC0ACAAIAAAAIQAAAAAA//////////8FABQAeC5ucHkBABAAAAAAAAAAAAAAAAAAAAAAAJvsF+ob"
    + "EMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1"
    + "CmQDLgaGBnsGBoUDDAwODgxg0FDPwPDAAQBQSwcIYevazFsAAAAAAAAAmAAAAAAAAABQSwMELQAIAAgA"
    + "AAAhAAAAAAD//////////wUAFABuLm5weQEAEAAAAAAAAAAAAAAAAAAAAAAAm+wX6hsQychQxlCtnpJa"
    + "nFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALmYGCPjzHwIA"
    + "UEsHCITZcOZLAAAAAAAAAJAAAAAAAAAAUEsBAi0DLQAIAAgAAAAhAGHr2sxbAAAAmAAAAAUAAAAAAAAA"
    + "AAAAAIABAAAAAHgubnB5UEsBAi0DLQAIAAgAAAAhAITZcOZLAAAAkAAAAAUAAAAAAAAAAAAAAIABqgAA"
    + "AG4ubnB5UEsFBgAAAAACAAIAZgAAAEQBAAAAAA=="

  private static func example() throws -> NPZFile {
    var tensors: [String: Tensor] = [:]
    for type in ScalarType.allCases {
      tensors["\(type)/w"] = try Tensor(
        Tensor.Storage(casting: [0, 1, 2.5, 100.25, 7, 255], as: type), extents: [2, 3])
    }
    tensors["scalar"] = try Tensor(scalar: -3, .f32)
    tensors["empty"] = try Tensor(repeating: 0, .f32, extents: [0, 5])
    tensors[""] = try Tensor([1] as [Double])
    tensors["näme.npy"] = try Tensor([2] as [Double])
    return NPZFile(tensors: tensors)
  }

  @Test("what NumPy writes is read")
  func numPy() throws {
    let x = try Tensor([1, -2.5, 3, 0, .infinity, 7] as [Float], extents: [2, 3])
    let n = try Tensor([3, -4] as [Int64])
    let file = try NPZFile(bytes: bytes(base64: Self.compressed))
    #expect(try file.tensors == ["x": x, "n": n, "layer.b": Tensor([true, false])])
    #expect(try NPZFile(bytes: bytes(base64: Self.streamed)).tensors == ["x": x, "n": n])
  }

  @Test("everything comes back, and is the same each time")
  func roundTrip() throws {
    let file = try Self.example()
    let bytes = try file.bytes()
    #expect(try NPZFile(bytes: bytes) == file)
    #expect(try Self.example().bytes() == bytes)
    #expect(try NPZFile(bytes: NPZFile().bytes()) == NPZFile())
    let folder = try TemporaryFolder()
    try file.write(to: folder("a.npz"))
    #expect(try NPZFile(contentsOf: folder("a.npz")) == file)
    #expect(try DataFile.loadNamed(folder("a.npz")) == file.tensors)
    try SafetensorsFile(tensors: file.tensors).write(to: folder("a.bin"))
    #expect(try DataFile.loadNamed(folder("a.bin")) == file.tensors)
  }

  @Test("another format is refused with those that are read")
  func otherFormats() throws {
    let folder = try TemporaryFolder()
    let text = try folder.put(Array("x,y\n1,2\n3,4\n".utf8), "a.csv")
    let error = diagnostic { () throws(Diagnostic) in try DataFile.loadNamed(text) }
    #expect(error?.code == .corruptFile)
    #expect(error?.message.contains("NPZ and safetensors") == true)
    let array = try folder.put(NPYFile(Tensor([1])).bytes(), "a.npz")
    #expect(
      diagnostic { () throws(Diagnostic) in try DataFile.loadNamed(array) }?.code == .corruptFile)
    let empty = try folder.put([], "empty")
    #expect(
      diagnostic { () throws(Diagnostic) in try DataFile.loadNamed(empty) }?.code == .corruptFile)
  }

  @Test("every shortened file is refused, and every flipped bit that matters is found")
  func damage() throws {
    for sample in try [bytes(base64: Self.compressed), Self.example().bytes()] {
      expectPrefixesRefused(sample) { (bytes) throws(Diagnostic) in try NPZFile(bytes: bytes) }
      let whole = try NPZFile(bytes: sample)
      // What is left is versions, dates, attributes and flags that nothing depends on, and names.
      let refused = refusalsUnderDamage(sample, seed: 3) { (bytes) throws(Diagnostic) -> NPZFile in
        let read = try NPZFile(bytes: bytes)
        let values = Set(read.tensors.values)
        #expect(values == Set(whole.tensors.values), "a damaged array was read")
        return read
      }
      #expect(refused > sample.count * 4)
    }
  }

  /// The header of a member with its bytes, its entry in the directory, and the record at the end.
  private struct Parts {
    var header: [UInt8]
    var entry: [UInt8]
    var end: [UInt8]
  }

  /// An archive of one member, `x.npy` with the bytes of an array of one number, with a change.
  private static func archive(
    _ change: (inout Parts) -> Void
  ) throws -> [UInt8] {
    let bytes = try NPZFile(tensors: ["x": Tensor([1] as [Float])]).bytes()
    let end = bytes.count - 22
    let start = Int(bytes[end + 16]) + Int(bytes[end + 17]) << 8
    var parts = Parts(
      header: Array(bytes[..<start]), entry: Array(bytes[start..<end]), end: Array(bytes[end...]))
    change(&parts)
    return parts.header + parts.entry + parts.end
  }

  private static func refusal(
    _ change: (inout Parts) -> Void
  ) throws -> Diagnostic? {
    let bytes = try archive(change)
    return diagnostic { () throws(Diagnostic) in try NPZFile(bytes: bytes, path: "a.npz") }
  }

  @Test("archives that lie are refused, each with what is wrong")
  func lies() throws {
    func expect(
      _ part: String, _ code: Diagnostic.Code = .corruptFile,
      _ change: (inout Parts) -> Void
    ) throws {
      let error = try Self.refusal(change)
      #expect(error?.code == code, "\(part): \(String(describing: error))")
      #expect(error?.message.contains(part) == true, "\(String(describing: error))")
      #expect(error?.location?.file == "a.npz")
    }
    try expect("is encrypted") { $0.entry[8] = 1 }
    try expect("of a compression that is not read") { $0.entry[10] = 14 }
    try expect("not what the directory says") { $0.header[30] = 0x79 }
    try expect("not what the directory says") { $0.header[8] = 8 }
    try expect("not what its checksum says") { parts in
      parts.header[parts.header.count - 1] ^= 1
    }
    try expect("not what its checksum says") { $0.entry[16] ^= 1 }
    try expect("other bytes than the directory says") { $0.entry[24] += 1 }
    try expect("other bytes than the directory says") { $0.entry[23] = 0x7f }
    try expect("is no NPY file") {
      $0.header[33] = 0x74
      $0.entry[49] = 0x74
    }
    try expect("not UTF-8") {
      $0.header[30] = 0xff
      $0.entry[46] = 0xff
    }
    try expect("one part of several") { $0.end[4] = 1 }
    try expect("one part of several") { $0.end[16] ^= 1 }
    try expect("its directory ends before") {
      $0.end[8] = 2
      $0.end[10] = 2
    }
    try expect("belong to no member") {
      $0.end[8] = 0
      $0.end[10] = 0
    }
    try expect("has no directory at its end") { $0.end.append(0) }
    try expect("65,535 members or 4 GiB") {
      $0.end[8] = 0xff
      $0.end[9] = 0xff
    }
    // One gibibyte of a hundred bytes.
    try expect("inflate to more than", .memoryLimit) {
      $0.header[8] = 8
      $0.entry[10] = 8
      $0.entry[27] = 0x40
    }
    try expect("does not inflate to what it claims") {
      $0.header[8] = 8
      $0.entry[10] = 8
    }
    // Sizes of 64 bits that no memory holds.
    try expect("other bytes than the directory says") { parts in
      parts.entry.replaceSubrange(20..<28, with: Array(repeating: 0xff, count: 8))
      parts.entry[30] = 20
      parts.entry += [1, 0, 16, 0] + Array(repeating: 0xff, count: 16)
      parts.end[12] += 20
    }
    // The same member twice, at the same bytes.
    try expect("comes twice", .duplicateName) { parts in
      parts.entry += parts.entry
      parts.end[8] = 2
      parts.end[10] = 2
      parts.end[12] *= 2
    }
  }

  @Test("sizes of 64 bits are read where they are not needed")
  func wideSizes() throws {
    let bytes = try Self.archive { parts in
      let sizes =
        Array(parts.entry[24..<28]) + [0, 0, 0, 0] + Array(parts.entry[20..<24]) + [0, 0, 0, 0]
      parts.entry.replaceSubrange(20..<28, with: Array(repeating: 0xff, count: 8))
      parts.entry[30] = 24
      parts.entry += [9, 0, 0, 0, 1, 0, 16, 0] + sizes
      parts.end[12] += 24
    }
    #expect(try NPZFile(bytes: bytes).tensors == ["x": Tensor([1] as [Float])])
  }

  @Test("members that share bytes are refused")
  func overlap() throws {
    // A stored member whose bytes hold the header of another.
    let inner = try Array(NPZFile(tensors: ["y": Tensor([1] as [Float])]).bytes())
    let innerEnd = inner.count - 22
    let innerStart = Int(inner[innerEnd + 16]) + Int(inner[innerEnd + 17]) << 8
    let bytes = try Self.archive { parts in
      let offset = parts.header.count
      parts.header += inner[..<innerStart]
      let size = parts.header.count - 35
      for (place, byte) in [(0, size & 0xff), (1, size >> 8)] {
        for at in [20, 24] { parts.entry[at + place] = UInt8(byte) }
      }
      var second = Array(inner[innerStart..<innerEnd])
      second[42] = UInt8(offset & 0xff)
      second[43] = UInt8(offset >> 8)
      parts.entry += second
      parts.end[8] = 2
      parts.end[10] = 2
      parts.end[12] = UInt8(parts.entry.count)
      parts.end[16] = UInt8(parts.header.count & 0xff)
      parts.end[17] = UInt8(parts.header.count >> 8)
    }
    let error = diagnostic { () throws(Diagnostic) in try NPZFile(bytes: bytes) }
    #expect(error?.message.contains("overlaps another") == true, "\(String(describing: error))")
  }

  @Test("what no archive holds is not written")
  func limits() throws {
    let long = NPZFile(tensors: [String(repeating: "x", count: 70_000): try Tensor([1])])
    let error = diagnostic { () throws(Diagnostic) in try long.bytes() }
    #expect(error?.code == .invalidArgument)
  }
}
