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
    private struct Image {
      var path: String
      var addresses: Range<UInt64>
    }

    private let images: [Image]

    init() {
      let list = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
      images = Self.images(in: list)
    }

    /// A backtrace of the first return addresses, as far as they are of one file; nil where the first is of
    /// none.
    func backtrace(of returnAddresses: [UInt64]) -> Backtrace? {
      guard let first = returnAddresses.first,
        let image = images.first(where: { $0.addresses.contains(first) })
      else { return nil }
      let addresses = Array(returnAddresses.prefix { image.addresses.contains($0) })
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

    /// One image for each file: a file is mapped in several parts, of which the first is its start.
    ///
    /// A line: `7f1c-7f2d r-xp 00001000 08:01 1234    /usr/lib/library.so`.
    private static func images(in list: String) -> [Image] {
      var images: [String: Range<UInt64>] = [:]
      for line in list.split(separator: "\n") {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count == 6, let addresses = range(fields[0]) else { continue }
        let path = String(fields[5].drop(while: { $0 == " " }))
        guard path.hasPrefix("/") else { continue }
        let known = images[path] ?? addresses
        images[path] =
          min(known.lowerBound, addresses.lowerBound)..<max(known.upperBound, addresses.upperBound)
      }
      return images.map { Image(path: $0.key, addresses: $0.value) }
    }

    private static func range(_ text: Substring) -> Range<UInt64>? {
      let bounds = text.split(separator: "-").map { UInt64($0, radix: 16) }
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
