import AdjointCore
import AdjointKernels

/// One field of a plan, set to something hostile.
package struct PlanMutation: CustomStringConvertible {
  package let description: String
  /// Whether a plan that is still accepted has to compute what it did: only places, orders, labels and sizes
  /// were changed.
  package let keepsMeaning: Bool
  private let change: (inout Plan) -> Void

  /// The plan with the field changed.
  package func callAsFunction(_ plan: Plan) -> Plan {
    var plan = plan
    change(&plan)
    return plan
  }

  /// Changes of every field of a plan, one at a time.
  package static func all(of plan: Plan) -> [PlanMutation] {
    var list = PlanMutationList(plan)
    list.addPlan()
    return list.mutations
  }

  init(_ description: String, keepsMeaning: Bool = false, _ change: @escaping (inout Plan) -> Void)
  {
    self.description = description
    self.keepsMeaning = keepsMeaning
    self.change = change
  }
}

/// Collects the changes of a plan, field by field.
struct PlanMutationList {
  let plan: Plan
  private(set) var mutations: [PlanMutation] = []

  init(_ plan: Plan) { self.plan = plan }

  /// Numbers that overflow, that are below zero, or that are just beside the right one.
  static func numbers(near value: Int) -> [Int] {
    let all = [
      -1, 0, 1, 2, .min, .min + 1, .max, .max - 63, 1 << 32, 1 << 40, 1 << 48, 1 << 62,
      value &- 1, value &+ 1, value &- 64, value &+ 64, 0 &- value,
    ]
    return Set(all).subtracting([value]).sorted()
  }

  mutating func add(_ mutation: PlanMutation) { mutations.append(mutation) }

  /// Every hostile number in a field.
  mutating func add(_ name: String, _ path: WritableKeyPath<Plan, Int>, keepsMeaning: Bool = false)
  {
    add(name, path, Self.numbers(near: plan[keyPath: path]), keepsMeaning: keepsMeaning)
  }

  /// Every hostile number of a thing in a field.
  mutating func add<Kind>(_ name: String, _ path: WritableKeyPath<Plan, Number<Kind>>) {
    let values = Self.numbers(near: plan[keyPath: path].rawValue).map { Number<Kind>($0) }
    add(name, path, values)
  }

  /// Every hostile number of a thing in a field that may be empty, and none.
  mutating func add<Kind>(_ name: String, _ path: WritableKeyPath<Plan, Number<Kind>?>) {
    let numbers = Self.numbers(near: plan[keyPath: path]?.rawValue ?? 0)
    let values: [Number<Kind>?] = numbers.map { Number<Kind>($0) } + [nil]
    add(name, path, values)
  }

  /// Some values in a field.
  mutating func add<Value: Equatable>(
    _ name: String, _ path: WritableKeyPath<Plan, Value>, _ values: [Value],
    keepsMeaning: Bool = false
  ) {
    for value in values where value != plan[keyPath: path] {
      add(
        PlanMutation("\(name) = \(value)", keepsMeaning: keepsMeaning) {
          $0[keyPath: path] = value
        })
    }
  }

  /// A list with too few, too many, exchanged or no elements.
  mutating func add<List: RangeReplaceableCollection & BidirectionalCollection & Equatable>(
    list name: String, _ path: WritableKeyPath<Plan, List>
  ) {
    let list = plan[keyPath: path]
    var variants = [List(), List(list.dropLast()), List(list.dropFirst()), list + list]
    variants.append(List(list.reversed()))
    if let first = list.first { variants.append(list + [first]) }
    for (number, variant) in variants.enumerated() where variant != list {
      add(PlanMutation("\(name), variant \(number)") { $0[keyPath: path] = variant })
    }
  }
}

extension PlanMutationList {
  mutating func addPlan() {
    add("the arena", \.arenaByteCount, keepsMeaning: true)
    add("the lower bound", \.lowerBoundByteCount, keepsMeaning: true)
    for number in plan.buffers.indices { addBuffer(number) }
    for number in plan.steps.indices { addStep(number) }
    for number in plan.kernels.indices { addKernel(number) }
    let ports: [(String, WritableKeyPath<Plan, [Plan.Port]>)] = [
      ("inputs", \.inputs), ("parameters", \.parameters), ("outputs", \.outputs),
    ]
    for (name, path) in ports {
      add(list: name, path)
      for number in plan[keyPath: path].indices {
        let port: WritableKeyPath<Plan, Plan.Port> = path.appending(path: \.[number])
        add("\(name) \(number)", port.appending(path: \.buffer))
        add(
          "\(name) \(number)'s name", port.appending(path: \.name),
          ["", "\0", plan[keyPath: path].first?.name ?? ""])
      }
    }
    add(list: "kernels", \.kernels)
    add(list: "buffers", \.buffers)
    add(list: "steps", \.steps)
    addForks()
    addConstants()
  }

  private mutating func addBuffer(_ number: BufferNumber) {
    let name = "buffer \(number)"
    let path: WritableKeyPath<Plan, Plan.Buffer> = \.buffers[number]
    add("\(name)'s offset", path.appending(path: \.offset), keepsMeaning: true)
    add("\(name)'s scalar type", path.appending(path: \.type.scalarType), ScalarType.allCases)
    let extents = plan.buffers[number].type.shape.extents ?? []
    var shapes = [
      [], [0], [-1], extents + [1], extents + [0], extents + [1 << 40], [.max, .max, 0],
    ]
    shapes += [[1 << 40, 1 << 40, 0], [.min], Array(repeating: 1, count: 40)]
    for axis in extents.indices {
      for value in Self.numbers(near: extents[axis]) {
        shapes.append(extents)
        shapes[shapes.count - 1][axis] = value
      }
    }
    add("\(name)'s shape", path.appending(path: \.type.shape), shapes.map { Shape(extents: $0) })
    add("\(name)'s shape", path.appending(path: \.type.shape), [["B"], ["B", 0]] as [Shape])
    var roles: [Plan.Buffer.Role] = [.temporary, .input, .parameter, .constant]
    let others: [BufferNumber] = [
      -1, 0, number.advanced(by: -1), number, number.advanced(by: 1), plan.buffers.endIndex,
      BufferNumber(.max), BufferNumber(.min),
    ]
    for other in others {
      roles += [.view(of: other), .inPlace(of: other)]
    }
    add("\(name)'s role", path.appending(path: \.role), roles)
  }

  private mutating func addStep(_ number: PlanStepNumber) {
    let name = "step \(number)"
    let path: WritableKeyPath<Plan, Plan.Step> = \.steps[number]
    add("\(name)'s kernel", path.appending(path: \.kernel))
    add("\(name)'s label", path.appending(path: \.label), ["", "\0\n%"], keepsMeaning: true)
    let lists: [(String, WritableKeyPath<Plan, [BufferNumber]>)] = [
      ("operand", path.appending(path: \.operands)), ("result", path.appending(path: \.results)),
    ]
    for (what, whole) in lists {
      add(list: "\(name)'s \(what)s", whole)
      for place in plan[keyPath: whole].indices {
        let element: WritableKeyPath<Plan, BufferNumber> = whole.appending(path: \.[place])
        add("\(name)'s \(what) \(place)", element)
        add("\(name)'s \(what) \(place)", element, Array(plan.buffers.indices))
      }
    }
    if number > 0 {
      add(PlanMutation("\(name) first", keepsMeaning: true) { $0.steps.swapAt(0, number) })
      add(
        PlanMutation("\(name) earlier", keepsMeaning: true) {
          $0.steps.swapAt(number.advanced(by: -1), number)
        })
    }
  }

  private mutating func addForks() {
    let count = plan.steps.count
    let ends = [.min, -1, 0, 1, count - 1, count, count + 1, .max].map { PlanStepNumber($0) }
    let last = PlanStepNumber(count - 1)
    let ranges = ends.flatMap { low in ends.filter { $0 >= low }.map { low..<$0 } }
    add("forks", \.forks, [[], [Plan.Fork(branches: [])]], keepsMeaning: true)
    for range in ranges {
      for other in [range, 0..<1, last..<plan.steps.endIndex] {
        let fork = Plan.Fork(branches: [range, other])
        add("forks", \.forks, [[fork], [fork, fork], plan.forks + [fork]], keepsMeaning: true)
      }
    }
    for step in 0...count {
      let ends = (step...step + 2).map { PlanStepNumber($0) }
      let fork = Plan.Fork(branches: [ends[0]..<ends[1], ends[1]..<ends[2]])
      add("forks", \.forks, [[fork], plan.forks + [fork]], keepsMeaning: true)
    }
    for number in plan.forks.indices { add(list: "fork \(number)", \.forks[number].branches) }
  }

  private mutating func addConstants() {
    let some = plan.constants.values.first
    let absent: [BufferNumber] = [
      -1, plan.buffers.endIndex, BufferNumber(.max), BufferNumber(.min),
    ]
    for key in absent + plan.buffers.indices {
      add(PlanMutation("a constant for \(key)") { $0.constants[key] = some })
      add(PlanMutation("no constant for \(key)") { $0.constants[key] = nil })
    }
    for key in plan.constants.keys {
      add(PlanMutation("another constant for \(key)") { $0.constants[key] = Tensor(scalar: 1) })
    }
  }
}
