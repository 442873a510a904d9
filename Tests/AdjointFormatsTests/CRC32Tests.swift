import AdjointFormats
import Testing

@Suite struct CRC32Tests {
  /// The check value of the standard's catalogue: of the nine digits from 1.
  @Test("zlib and the table that takes its place agree with the standard's check value")
  func knownAnswer() {
    var byLibrary = CRC32()
    byLibrary.add(Array("123456789".utf8)[...])
    var byTable = CRC32()
    byTable.addByTable("123456789".utf8)
    #expect(byLibrary.value == 0xcbf4_3926)
    #expect(byTable.value == 0xcbf4_3926)
    #expect(byTable.text == "cbf43926")
  }

  @Test func partsAddUp() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 3) }
    for cut in [0, 1, 255, 999, 1000] {
      var (byLibrary, byTable) = (CRC32(), CRC32())
      for part in [bytes[..<cut], bytes[cut...]] {
        byLibrary.add(part)
        byTable.addByTable(part)
      }
      #expect(byLibrary == byTable)
    }
  }
}
