#if Zlib || SystemLibraries
  import CZlib
#endif

/// What a part of a compressed stream gave.
struct InflateStep {
  enum Outcome {
    /// There is more to come.
    case more
    /// The stream has ended, its checksum agrees.
    case end
    case damaged
    /// The package was built without zlib.
    case unavailable
  }

  var outcome: Outcome
  /// The bytes that were consumed.
  var read: Int
  var output: [UInt8]
}

#if Zlib || SystemLibraries
  /// The state of zlib between two calls, at an address that stays, as zlib asks for.
  final class InflateStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    /// - Parameter isRaw: Whether the stream has no wrapper, as in a zip archive, or that of gzip.
    init(isRaw: Bool = false) {
      stream = .allocate(capacity: 1)
      stream.initialize(to: z_stream())
      // 15 bits of window; negative for no wrapper; 16 more ask for that of gzip and its checksum.
      let structSize = Int32(MemoryLayout<z_stream>.size)
      isReady = inflateInit2_(stream, isRaw ? -15 : 15 + 16, ZLIB_VERSION, structSize) == Z_OK
    }

    deinit {
      if isReady { inflateEnd(stream) }
      stream.deallocate()
    }

    func reset() -> Bool { inflateReset(stream) == Z_OK }

    /// What comes of the input from an index on, up to a part of output.
    func step(_ input: [UInt8], from start: Int) -> InflateStep {
      guard isReady else { return InflateStep(outcome: .damaged, read: 0, output: []) }
      let offered = min(input.count - start, 1 << 30)
      var code: Int32 = Z_OK
      let output = [UInt8](unsafeUninitializedCapacity: 1 << 18) { target, count in
        input.withUnsafeBytes { source in
          // zlib's header does not say const, but it only reads the input.
          let input = UnsafeMutableRawBufferPointer(mutating: source)
          stream.pointee.next_in = input.baseAddress?.advanced(by: start)
            .assumingMemoryBound(to: UInt8.self)
          stream.pointee.avail_in = UInt32(offered)
          stream.pointee.next_out = target.baseAddress
          stream.pointee.avail_out = UInt32(target.count)
          code = CZlib.inflate(stream, Z_NO_FLUSH)
          count = target.count - Int(stream.pointee.avail_out)
        }
      }
      let outcome: InflateStep.Outcome =
        switch code {
        case Z_STREAM_END: .end
        case Z_OK, Z_BUF_ERROR: .more
        default: .damaged
        }
      return InflateStep(
        outcome: outcome, read: offered - Int(stream.pointee.avail_in), output: output)
    }
  }
#else
  /// Stands for zlib where the package is built without it.
  final class InflateStream {
    init(isRaw: Bool = false) {}

    func reset() -> Bool { false }

    func step(_ input: [UInt8], from start: Int) -> InflateStep {
      InflateStep(outcome: .unavailable, read: 0, output: [])
    }
  }
#endif
