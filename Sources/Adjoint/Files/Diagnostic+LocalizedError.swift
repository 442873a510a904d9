import AdjointCore
import Foundation

extension Diagnostic: LocalizedError {
  /// The text form, so that `localizedDescription` says what is wrong.
  public var errorDescription: String? { description }
}
