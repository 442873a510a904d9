/// A priority queue of whole numbers, the least first.
struct MinimumHeap {
  private var numbers: [Int] = []

  mutating func insert(_ number: Int) {
    numbers.append(number)
    var child = numbers.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if numbers[parent] <= numbers[child] { return }
      numbers.swapAt(parent, child)
      child = parent
    }
  }

  mutating func popMinimum() -> Int? {
    guard let least = numbers.first, let last = numbers.popLast() else { return nil }
    if numbers.isEmpty { return least }
    numbers[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= numbers.count { return least }
      if child + 1 < numbers.count, numbers[child + 1] < numbers[child] { child += 1 }
      if numbers[parent] <= numbers[child] { return least }
      numbers.swapAt(parent, child)
      parent = child
    }
  }
}
