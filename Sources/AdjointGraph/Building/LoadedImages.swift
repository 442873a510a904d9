#if os(Linux) && canImport(Runtime)
  import Foundation
  import Runtime

  /// The files whose code is mapped into the process, and backtraces that name them.
  ///
  /// `ImageMap.capture()` would find them too, but reads the memory of every mapped file to do so: one that
  /// another thread closes at that moment ends the process. Here the kernel's list alone is read. A
  /// backtrace is made by decoding: its interchange form, with the compact formats of backtraces and image
  /// maps within (Swift's docs/CompactBacktraceFormat.md and CompactImageMapFormat.md).
  struct LoadedImages {
    /// A file with code, and the addresses that it is mapped to.
    struct Image: Hashable {
      var path: String
      var addresses: Range<UInt64>
    }

    private let images: [Image]

    init() {
      let list = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/maps"))) ?? Data()
      images = Self.images(in: Array(list))
    }

    /// The file that has code at an address, if one has.
    func image(at address: UInt64) -> Image? { images.last { $0.addresses.contains(address) } }

    /// A backtrace of return addresses in a file; nil where Swift has another form of backtraces.
    func backtrace(of addresses: [UInt64], in image: Image) -> Backtrace? {
      // The form of Swift 6.3, which names a platform, and that of 6.2. The other's version gives an
      // empty map or none.
      for platform in ["Linux", nil] {
        let form = Form(
          architecture: Self.architecture, backtrace: Data(Self.encoded(addresses)),
          imageMap: Data(Self.encoded(image, platform: platform)))
        guard let encoded = try? JSONEncoder().encode(form),
          let backtrace = try? JSONDecoder().decode(Backtrace.self, from: encoded),
          let map = backtrace.images, map.count == 1, let only = map.first,
          only.path == image.path, only.baseAddress == Backtrace.Address(image.addresses.lowerBound)
        else { continue }
        return backtrace
      }
      return nil
    }

    // MARK: The kernel's list

    /// A file is mapped in several parts, of which the first is its start; one that is loaded twice, as in a
    /// linker namespace of its own, is two images.
    ///
    /// A line: `7f1c-7f2d r-xp 00001000 08:01 1234    /usr/lib/library.so`, in the order of addresses.
    private static func images(in list: [UInt8]) -> [Image] {
      var images: [Image] = []
      for line in list.split(separator: UInt8(ascii: "\n")) {
        guard let slash = line.firstIndex(of: UInt8(ascii: "/")), let addresses = range(line) else {
          continue
        }
        let path = String(decoding: line[slash...], as: UTF8.self)
        let offset = line.split(separator: UInt8(ascii: " "), maxSplits: 3).dropFirst(2).first
        let isStart = offset?.allSatisfy { $0 == UInt8(ascii: "0") } ?? true
        if !isStart, let last = images.lastIndex(where: { $0.path == path }) {
          let known = images[last].addresses
          images[last].addresses =
            known.lowerBound..<max(known.upperBound, addresses.upperBound)
        } else {
          images.append(Image(path: path, addresses: addresses))
        }
      }
      return images
    }

    /// The range that a line begins with.
    private static func range(_ line: ArraySlice<UInt8>) -> Range<UInt64>? {
      let bounds = line.prefix { $0 != UInt8(ascii: " ") }.split(separator: UInt8(ascii: "-"))
        .map { UInt64(String(decoding: $0, as: UTF8.self), radix: 16) }
      guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low <= high else {
        return nil
      }
      return low..<high
    }

    // MARK: Compact formats

    /// The interchange form of a backtrace.
    private struct Form: Encodable {
      var architecture: String
      var backtrace: Data
      var imageMap: Data
    }

    /// Words of 64 bits, in version 0 of either format.
    private static let information: UInt8 = 2

    private static var architecture: String {
      #if arch(arm64)
        "arm64"
      #else
        "x86_64"
      #endif
    }

    /// For each the instruction for an absolute return address of eight bytes, then the end.
    private static func encoded(_ returnAddresses: [UInt64]) -> [UInt8] {
      [information] + returnAddresses.flatMap { [0x2f] + bytes($0) } + [0]
    }

    /// The platform where the form has one; one image: lengths of its addresses, base, extent, no build
    /// identifier, path.
    private static func encoded(_ image: Image, platform: String?) -> [UInt8] {
      let extent = image.addresses.upperBound - image.addresses.lowerBound
      return [information] + (platform.map { [UInt8($0.utf8.count)] + Array($0.utf8) } ?? [])
        + [1, 0x3f] + bytes(image.addresses.lowerBound) + bytes(extent) + [0]
        + encoded(path: image.path)
    }

    /// Pieces of at most 63 bytes, each behind its length, then the end.
    private static func encoded(path: String) -> [UInt8] {
      let path = Array(path.utf8)
      return stride(from: 0, to: path.count, by: 63).flatMap { start -> [UInt8] in
        let piece = path[start..<min(start + 63, path.count)]
        return [UInt8(piece.count)] + piece
      } + [0]
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }
#endif
