import Foundation

/// The calls that led to a mistake, from which the place in user code is found later.
///
/// Functions take `#fileID` and `#line` as default arguments. Swift's infix operators cannot have any, so
/// for them the return addresses are kept when a mistake is made, and looked up when it is reported.
struct CallStack {
  /// The innermost call first.
  let returnAddresses: [UInt64]

  private static let mostAddresses = 64

  /// The return addresses of this call and those that led to it.
  static func capture() -> CallStack {
    // Unwound by the tables that every compiler writes: to follow frame pointers through code that keeps
    // none, a host's C or generated code, would read memory that is not there.
    CallStack(
      returnAddresses: Thread.callStackReturnAddresses.prefix(mostAddresses).map(\.uint64Value))
  }
}
