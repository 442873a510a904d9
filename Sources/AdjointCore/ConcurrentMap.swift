import Dispatch
import Synchronization

/// What a function makes of the numbers 0..<count, several at once where there are processors.
package func concurrentMap<Result: Sendable>(
  _ count: Int, _ transform: @Sendable (Int) -> Result
) -> [Result] {
  if count < 2 { return (0..<count).map(transform) }
  let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { number in
    let result = transform(number)
    results.withLock { $0[number] = result }
  }
  return results.withLock { $0.compactMap { $0 } }
}
