import AdjointRuntime
import Foundation
import Testing

@Suite struct OpenBLASCoreTypeTests {
  private let haswell: Set = ["sse3", "avx", "avx2", "fma"]

  @Test func newProcessorsGetKernelsOfTheirWidth() {
    let wide: Set = ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"]
    #expect(OpenBLASCoreType.better(than: "Prescott", features: haswell.union(wide)) == "SKYLAKEX")
    #expect(OpenBLASCoreType.better(than: "Nehalem", features: haswell) == "HASWELL")
    #expect(OpenBLASCoreType.better(than: "core2", features: ["sse3", "avx512f"]) == nil)
  }

  @Test func whatTheLibraryKnowsStays() {
    #expect(OpenBLASCoreType.better(than: "SkylakeX", features: haswell) == nil)
    #expect(OpenBLASCoreType.better(than: "Zen", features: haswell) == nil)
  }
}

#if BLAS || SystemLibraries
  @Suite("A private copy of OpenBLAS", .enabled(if: PrivateOpenBLAS.shared != nil, "there is none"))
  struct PrivateOpenBLASTests {
    @Test("is another than the host's")
    func otherCopy() throws {
      let copy = try #require(PrivateOpenBLAS.shared)
      let (own, linked) = (copy.library.functionAddresses, BLASLibrary.linked.functionAddresses)
      #expect(Set(own).count == 4)
      #expect(Set(own).isDisjoint(with: linked))
      #expect(BLASLibrary.standard.functionAddresses == own)
      #expect(FileManager.default.fileExists(atPath: copy.path))
      #expect(!copy.coreName.isEmpty)
    }

    @Test("has one thread and kernels that suit the processor")
    func settings() throws {
      let copy = try #require(PrivateOpenBLAS.shared)
      #expect(copy.threadCount == 1)
      #expect(
        OpenBLASCoreType.better(than: copy.coreName, features: PrivateOpenBLAS.processorFeatures())
          == nil)
    }
  }
#endif
