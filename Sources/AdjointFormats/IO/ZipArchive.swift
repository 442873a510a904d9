import AdjointCore

/// The members of a zip archive in memory, as its central directory lists them.
///
/// What is read: stored and deflated members, none encrypted, on one disk, and archives that begin with
/// a member and end with the directory. Members that overlap, and a directory that says other than the
/// headers of the members do, are refused: what looks like one archive to one reader and like
/// another to the next is no data. The layout is that of PKWARE's APPNOTE 6.3.
package struct ZipArchive {
  struct Member {
    var name: String
    fileprivate var isDeflated: Bool
    fileprivate var checksum: UInt32
    fileprivate var byteCount: Int
    fileprivate var header: Int
    fileprivate var data: Range<Int>
  }

  let path: String
  private let bytes: ArraySlice<UInt8>
  private(set) var members: [Member] = []

  /// Whether bytes begin as an archive does, one without members included.
  package static func isZip(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
  }

  /// Reads and checks the directory.
  ///
  /// - Throws: `Diagnostic` `.corruptFile`; `.duplicateName` for a name that comes twice; `.memoryLimit`
  ///   where the members inflate to more than data does.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws(Diagnostic) {
    self.bytes = bytes
    self.path = path
    let directory = try findDirectory()
    var place = directory.range.lowerBound
    for _ in 0..<directory.count {
      let (member, end) = try member(at: place, in: directory.range)
      members.append(member)
      place = end
    }
    guard place == directory.range.upperBound else {
      throw damaged("its directory has bytes that belong to no member")
    }
    try checkPlaces(before: directory.range.lowerBound)
    try checkSizes()
  }

  /// The bytes of a member.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` where they are not those that the directory describes,
  ///   `.inputOutput` for a deflated one where the package was built without zlib.
  func contents(of member: Member) throws(Diagnostic) -> [UInt8] {
    let stored = bytes[(bytes.startIndex + member.data.lowerBound)...].prefix(member.data.count)
    let contents = member.isDeflated ? try inflate(Array(stored), member) : Array(stored)
    var checksum = CRC32()
    checksum.add(contents[...])
    guard contents.count == member.byteCount, checksum.value == member.checksum else {
      throw damaged("the member \(member.name.excerpt) is not what its checksum says")
    }
    return contents
  }

  private func inflate(_ stored: [UInt8], _ member: Member) throws(Diagnostic) -> [UInt8] {
    let stream = InflateStream(isRaw: true)
    var output: [UInt8] = []
    var consumed = 0
    while true {
      let step = stream.step(stored, from: consumed)
      consumed += step.read
      output += step.output
      switch step.outcome {
      case .end where consumed == stored.count: return output
      case .more where output.count <= member.byteCount && (step.read > 0 || !step.output.isEmpty):
        continue
      case .unavailable:
        throw Diagnostic(
          .inputOutput,
          "the archive is compressed, and Adjoint was built without zlib; write it uncompressed, or "
            + "depend on the package with its trait Zlib",
          location: SourceLocation(file: path))
      case .end, .more, .damaged:
        throw damaged("the member \(member.name.excerpt) does not inflate to what it claims")
      }
    }
  }
}

// The directory.
extension ZipArchive {
  /// The place of the directory and the number of its entries, from the record at the end.
  private func findDirectory() throws(Diagnostic) -> (range: Range<Int>, count: Int) {
    let length = 22
    // A comment of up to 65,535 bytes may follow, whose length the record has.
    let earliest = max(0, bytes.count - length - 0xffff)
    var end = bytes.count - length
    while end >= earliest {
      if number(at: end, bytes: 4) == 0x0605_4b50,
        number(at: end + 20, bytes: 2) == bytes.count - length - end
      {
        break
      }
      end -= 1
    }
    guard end >= earliest, end >= 0 else {
      throw damaged("it has no directory at its end, so it is cut short or no zip archive")
    }
    let disks = (number(at: end + 4, bytes: 2), number(at: end + 6, bytes: 2))
    let counts = (number(at: end + 8, bytes: 2), number(at: end + 10, bytes: 2))
    let size = number(at: end + 12, bytes: 4)
    let start = number(at: end + 16, bytes: 4)
    guard counts.0 < 0xffff, size < 0xffff_ffff, start < 0xffff_ffff else {
      throw damaged("it has 65,535 members or 4 GiB, more than are read; use safetensors")
    }
    guard disks == (0, 0), counts.0 == counts.1, start + size == end else {
      throw damaged("its directory is not where its end says, or it is one part of several")
    }
    return (start..<end, counts.0)
  }

  /// The member that an entry of the directory describes, and where the entry ends.
  private func member(
    at place: Int, in directory: Range<Int>
  ) throws(Diagnostic) -> (Member, end: Int) {
    let length = 46
    guard place + length <= directory.upperBound, number(at: place, bytes: 4) == 0x0201_4b50 else {
      throw damaged("its directory ends before its entries do")
    }
    let nameLength = number(at: place + 28, bytes: 2)
    let extra =
      place + length + nameLength..<place + length + nameLength
      + number(at: place + 30, bytes: 2)
    let end = extra.upperBound + number(at: place + 32, bytes: 2)
    guard end <= directory.upperBound else {
      throw damaged("its directory ends before its entries do")
    }
    let name = try self.name(at: place + length, nameLength)
    let flags = number(at: place + 8, bytes: 2)
    let method = number(at: place + 10, bytes: 2)
    guard flags & 1 == 0, method == 0 || method == 8 else {
      throw damaged(
        "the member \(name.excerpt) is encrypted or of a compression that is not read; write it stored or "
          + "deflated")
    }
    // Sizes of 32 bits, or in an extra field in their stead.
    var wide = wideNumbers(in: extra)
    func size(_ offset: Int) -> Int {
      let narrow = number(at: place + offset, bytes: 4)
      return narrow == 0xffff_ffff && !wide.isEmpty ? wide.removeFirst() : narrow
    }
    let byteCount = size(24)
    let storedCount = size(20)
    let header = size(42)
    guard header <= directory.lowerBound - 30, number(at: header, bytes: 4) == 0x0403_4b50,
      number(at: header + 26, bytes: 2) == nameLength,
      number(at: header + 8, bytes: 2) == method,
      header + 30 + nameLength <= directory.lowerBound,
      slice(header + 30, nameLength).elementsEqual(slice(place + length, nameLength))
    else {
      throw damaged("the header of the member \(name.excerpt) is not what the directory says")
    }
    let start = header + 30 + nameLength + number(at: header + 28, bytes: 2)
    guard storedCount <= directory.lowerBound, start + storedCount <= directory.lowerBound,
      method == 8 || storedCount == byteCount
    else { throw damaged("the member \(name.excerpt) has other bytes than the directory says") }
    let member = Member(
      name: name, isDeflated: method == 8,
      checksum: UInt32(truncatingIfNeeded: number(at: place + 16, bytes: 4)),
      byteCount: byteCount, header: header, data: start..<start + storedCount)
    return (member, end)
  }

  /// The numbers of 64 bits in the extra field that is for them; those beyond memory as the most.
  private func wideNumbers(in extra: Range<Int>) -> [Int] {
    var place = extra.lowerBound
    while place + 4 <= extra.upperBound {
      let length = number(at: place + 2, bytes: 2)
      guard place + 4 + length <= extra.upperBound else { return [] }
      if number(at: place, bytes: 2) == 1 {
        return stride(from: place + 4, to: place + 4 + length / 8 * 8, by: 8).map {
          number(at: $0 + 4, bytes: 4) < 1 << 16
            ? number(at: $0 + 4, bytes: 4) << 32 | number(at: $0, bytes: 4) : 1 << 48
        }
      }
      place += 4 + length
    }
    return []
  }

  /// Members that overlap are refused, and names that come twice.
  private func checkPlaces(before directory: Int) throws(Diagnostic) {
    var names: Set<String> = []
    for member in members where !names.insert(member.name).inserted {
      throw Diagnostic(
        .duplicateName,
        "the name \(member.name.excerpt) comes twice; write the file again with distinct names",
        location: SourceLocation(file: path))
    }
    var covered = 0
    for member in members.sorted(by: { $0.header < $1.header }) {
      guard member.header >= covered else {
        throw damaged("the member \(member.name.excerpt) overlaps another")
      }
      covered = member.data.upperBound
    }
  }

  /// A small archive cannot ask for all memory.
  private func checkSizes() throws(Diagnostic) {
    let limit = Gzip.limit(bytes.count, free: Gzip.freeByteCount, ratio: Gzip.maximumRatio)
    var total = 0
    for member in members where member.isDeflated {
      total = total +| member.byteCount
      guard total <= limit else {
        throw Diagnostic(
          .memoryLimit,
          "the \(bytes.count) bytes of the archive inflate to more than \(limit); write it uncompressed"
            + " if it is what you mean",
          location: SourceLocation(file: path))
      }
    }
  }

  private func name(at place: Int, _ length: Int) throws(Diagnostic) -> String {
    guard let name = String(validating: slice(place, length), as: UTF8.self) else {
      throw damaged("a name of its directory is not UTF-8")
    }
    return name
  }

  private func slice(_ place: Int, _ length: Int) -> ArraySlice<UInt8> {
    bytes[(bytes.startIndex + place)...].prefix(length)
  }

  /// A little-endian number of up to 4 bytes; its place is within the bytes.
  private func number(at place: Int, bytes count: Int) -> Int {
    slice(place, count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private func damaged(_ what: String) -> Diagnostic {
    .corrupt("the archive is damaged: \(what); write it again", path)
  }
}
