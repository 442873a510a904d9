#if BLAS || SystemLibraries
  #if canImport(Darwin)
    import CAccelerate
  #else
    import CBLAS
  #endif

  /// The functions of a BLAS that products are computed with.
  ///
  /// Their types are those of the header, which every library that has the interface obeys.
  package struct BLASLibrary: @unchecked Sendable {
    // C functions, which nobody changes.
    let singleMatrixMatrix: CBLASSingleMatrixMatrix
    let singleMatrixVector: CBLASSingleMatrixVector
    let doubleMatrixMatrix: CBLASDoubleMatrixMatrix
    let doubleMatrixVector: CBLASDoubleMatrixVector

    /// The library for products: a copy of OpenBLAS that nobody else in the process sees, so that it can be
    /// set as suits them; where there is none, that which the process is linked with, as it stands.
    package static let standard = PrivateOpenBLAS.shared?.library ?? linked

    /// The library that the process is linked with, in which nothing is set: its host may be using it.
    package static let linked = BLASLibrary(
      singleMatrixMatrix: cblas_sgemm, singleMatrixVector: cblas_sgemv,
      doubleMatrixMatrix: cblas_dgemm, doubleMatrixVector: cblas_dgemv)

    /// Where its functions are.
    package var functionAddresses: [Int] {
      [
        unsafeBitCast(singleMatrixMatrix, to: Int.self),
        unsafeBitCast(singleMatrixVector, to: Int.self),
        unsafeBitCast(doubleMatrixMatrix, to: Int.self),
        unsafeBitCast(doubleMatrixVector, to: Int.self),
      ]
    }
  }
#else
  /// Stands for the library where the package is built without one: `LoopProducts` has no state.
  package struct BLASLibrary: Sendable {
    package static let standard = BLASLibrary()
    package static let linked = BLASLibrary()
  }
#endif
