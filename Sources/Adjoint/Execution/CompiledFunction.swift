import AdjointCore
import AdjointGraph
import Synchronization

/// A Swift function over values, compiled for the types of the tensors that it is called with.
///
/// ```swift
/// let distance = compiled { x, y in ((x - y) * (x - y)).sum() }
/// let d = try distance(Tensor([1, 2]), Tensor([4, 6]))  // 25
/// ```
///
/// For each combination of types the function is traced and compiled at the first call, and the executable kept. It
/// may be called from several threads at a time.
public final class CompiledFunction: Sendable {
  private let function: @Sendable ([Value]) -> [Value]
  private let operandCount: Int?
  private let options: CompilationOptions
  private let engine: Engine
  private let executables = Mutex<[[TensorType]: Executable]>([:])

  init(
    _ function: @escaping @Sendable ([Value]) -> [Value], of operandCount: Int?,
    _ options: CompilationOptions, _ engine: Engine
  ) {
    self.function = function
    self.operandCount = operandCount
    self.options = options
    self.engine = engine
  }

  /// A function from a list of values to a list of values, compiled for the types of tensors that it is called with.
  ///
  /// `compiled(_:on:_:)` makes one of a function of one or two values. With `operandCount` it refuses another number
  /// of tensors; without it the function is given as many values as there are tensors.
  public convenience init(
    _ options: CompilationOptions = CompilationOptions(), on engine: Engine = .shared,
    operandCount: Int? = nil, results function: @escaping @Sendable ([Value]) -> [Value]
  ) {
    self.init(function, of: operandCount, options, engine)
  }

  /// How many combinations of types the function has been compiled for.
  public var executableCount: Int { executables.withLock(\.count) }

  /// The results for some tensors.
  ///
  /// - Throws: `.invalidArgument` for another number of tensors than the function is known to take, what building the
  ///   graph and compiling throw, and `.memoryLimit` where the memory of a run cannot be had.
  public func results(of operands: [Tensor]) throws(Diagnostic) -> [Tensor] {
    let executable = try executable(for: operands.map(\.type))
    var values: [String: Tensor] = [:]
    for (number, operand) in operands.enumerated() { values["x\(number)"] = operand }
    let results = try executable(values)
    return executable.outputs.compactMap { results[$0.name] }
  }

  /// The only result, or the first, for some tensors.
  ///
  /// - Throws: as `results(of:)`.
  public func callAsFunction(_ operands: Tensor...) throws(Diagnostic) -> Tensor {
    guard let first = try results(of: operands).first else {
      throw Diagnostic(.invalidArgument, "the function gives no results, and has to give one")
    }
    return first
  }

  /// What runs the function for tensors of some types; compiled at the first call for them.
  ///
  /// - Throws: as `results(of:)`.
  public func executable(for types: [TensorType]) throws(Diagnostic) -> Executable {
    if let known = executables.withLock({ $0[types] }) { return known }
    if let operandCount, types.count != operandCount {
      throw Diagnostic(
        .invalidArgument,
        "the function takes \(operandCount) tensor\(operandCount == 1 ? "" : "s"), not \(types.count)"
      )
    }
    let made = try Graph.trace(types, name: "compiled", function).compiled(options, on: engine)
    return executables.withLock { executables in
      // Another thread may have been quicker; its executable has memory already.
      if let known = executables[types] { return known }
      executables[types] = made
      return made
    }
  }
}

/// A function over one value, compiled for each type of tensor that it is called with.
///
/// It is traced without a builder in sight, and composes with `gradient(of:)` and the others.
public func compiled(
  _ options: CompilationOptions = CompilationOptions(), on engine: Engine = .shared,
  _ function: @escaping @Sendable (Value) -> Value
) -> CompiledFunction {
  CompiledFunction({ [function($0[0])] }, of: 1, options, engine)
}

/// A function over two values, compiled for the types of tensors that it is called with.
public func compiled(
  _ options: CompilationOptions = CompilationOptions(), on engine: Engine = .shared,
  binary function: @escaping @Sendable (Value, Value) -> Value
) -> CompiledFunction {
  CompiledFunction({ [function($0[0], $0[1])] }, of: 2, options, engine)
}
