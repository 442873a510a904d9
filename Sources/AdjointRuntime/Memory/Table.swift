/// Elements at a fixed address, written once: what a run reads without reference counts or bounds
/// checks.
///
/// Whoever indexes `base` keeps the index below `count`.
final class Table<Element: Sendable>: @unchecked Sendable {
  let base: UnsafePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    for (place, element) in elements.enumerated() {
      (memory + place).initialize(to: element)
    }
    base = UnsafePointer(memory)
    count = elements.count
  }

  deinit {
    let memory = UnsafeMutablePointer(mutating: base)
    memory.deinitialize(count: count)
    memory.deallocate()
  }
}
