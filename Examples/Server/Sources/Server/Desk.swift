import Foundation

/// Requests that wait, and answers in the order of their requests.
final class Desk: @unchecked Sendable {
  /// A line and its number.
  struct Request: Sendable {
    let number: Int
    let text: String
  }

  // All are used under the lock alone.
  private let condition = NSCondition()
  private var waiting: [Request] = []
  private var texts: [String] = []
  private var isClosed = false

  /// Takes a request for the next thread that is free.
  func receive(_ text: String) {
    condition.withLock {
      waiting.append(Request(number: texts.count, text: text))
      texts.append("")
      condition.signal()
    }
  }

  /// The request that has waited longest; nil where no more will come.
  func next() -> Request? {
    condition.withLock {
      while waiting.isEmpty, !isClosed { condition.wait() }
      return waiting.isEmpty ? nil : waiting.removeFirst()
    }
  }

  /// Puts an answer to its request.
  func answer(_ request: Request, with text: String) {
    condition.withLock { texts[request.number] = text }
  }

  /// Notes what went wrong apart from any request.
  func refuse(_ text: String) {
    condition.withLock { texts.append(text) }
  }

  /// Says that no more requests will come.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }

  /// The answers to all requests.
  var answers: [String] { condition.withLock { texts } }
}
