import AdjointCore
import AdjointLowering

extension LoweringOptions {
  /// The bytes of the cache by which rows are judged.
  var cacheByteCount: Int {
    get { machine.fixedPart.ownByteCount }
    set { machine.caches = [MachineModel.Cache(byteCount: newValue)] }
  }
}
