import AdjointCore
import AdjointFormats
import AdjointTables
import TestSupport

/// Damaged files of every format of data and weights: each gives a value or a `Diagnostic`.
struct FileCampaign: Campaign {
  static let name = "files"

  /// Words of the headers, which damage puts in each other's place.
  private static let words = [
    "f32", "F64", "BF16", "I64", "BOOL", "U8", "dtype", "shape", "data_offsets", "__metadata__",
    "descr",
    "fortran_order", "True", "False", "'<f8'", "'>i4'", "'|b1'", "null", "[]", "{}", "\"",
  ].map { Array($0.utf8) }
  private static let packed: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 147, 98, 96, 224, 96, 102, 96, 96, 0, 98, 70, 32, 102, 102,
    100,
    98, 102, 97, 253, 15, 0, 8, 9, 17, 58, 22, 0, 0, 0,
  ]
  private static let images: [UInt8] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255,
  ]

  let samples: [(bytes: [UInt8], suffix: String)]

  init() throws {
    let numbers = try Tensor([1, -2.5, 3e30, 0, .infinity, 7] as [Float], extents: [2, 3])
    let whole = try Tensor([1, -2, 3, 40] as [Int32], extents: [4])
    let weights = SafetensorsFile(
      tensors: ["w": numbers, "layer.b": whole], metadata: ["format": "pt", "note": "é \" \\ n"])
    let table = "a,b,label\n1,2.5,0\n-3e4,0x1,1\n\"7\", 8 ,0\n"
    let numbersOnly = (0..<30).map { "\($0),\(Double($0) * 0.37),1\r\n" }.joined()
    samples = [
      (NPYFile(numbers).bytes(), "npy"), (NPYFile(whole).bytes(), "npy"),
      (try weights.bytes(), "safetensors"),
      (try NPZFile(tensors: weights.tensors).bytes(), "npz"), (Self.images, "idx"),
      (Array(table.utf8), "csv"),
      (Array(numbersOnly.utf8), "csv"), (Self.packed, "gz"),
    ]
  }

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    var mutation = Mutation(seed: seed)
    let sample = samples[mutation.pick(samples.count)]
    return (mutation.damaged(sample.bytes, words: Self.words), sample.suffix)
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    let (bytes, suffix) = try input(seed: seed)
    counts["inputs"] += 1
    if try isAccepted({ try Self.read(bytes, suffix) }) { counts["accepted"] += 1 }
  }

  /// The formats, as files end.
  static let suffixes = ["npy", "safetensors", "npz", "idx", "csv", "gz"]

  /// Reads the bytes, and again what writing the value gives.
  static func read(_ bytes: [UInt8], _ suffix: String) throws {
    switch suffix {
    case "npy":
      let file = try NPYFile(bytes: bytes)
      guard try NPYFile(bytes: file.bytes()).bytes() == file.bytes() else {
        throw Finding("an NPY file that was read is not what is written")
      }
    case "safetensors":
      let file = try SafetensorsFile(bytes: bytes)
      guard try SafetensorsFile(bytes: file.bytes()).bytes() == file.bytes() else {
        throw Finding("a safetensors file that was read is not what is written")
      }
    case "npz":
      let file = try NPZFile(bytes: bytes)
      guard try NPZFile(bytes: file.bytes()).bytes() == file.bytes() else {
        throw Finding("an NPZ file that was read is not what is written")
      }
    case "idx": _ = try IDXFile.read(bytes: bytes)
    case "csv":
      let types = ScalarType.allCases
      _ = try CSVFile(
        bytes: bytes, as: types[bytes.count % types.count],
        lastColumnAs: bytes.count % 5 == 0 ? types[bytes.count / 5 % types.count] : nil)
      let policies: [CSVFile.MissingValues] = [.refuse, .dropRows, .fill(0), .mean]
      _ = try CSVFile(
        bytes: bytes, as: types[bytes.count % types.count], lastColumnAs: .i32,
        options: CSVFile.Options(missingValues: policies[bytes.count % policies.count]))
    default: _ = try Gzip.inflate(bytes)
    }
  }
}
