import AdjointCore

/// The name of an input together with the Swift type of its elements, for building a graph and running it.
///
/// ```swift
/// let x = InputHandle<Float>("x")
/// let y = OutputHandle<Float>("y")
/// let builder = GraphBuilder("double")
/// builder.output(y, builder.input(x, [3]) * 2)
/// let context = try builder.build().compiled().makeContext()
/// try context.set(x, to: [1, 2, 3])
/// try context.run()
/// try context.elements(of: y)  // [2, 4, 6], an array of Float
/// ```
///
/// A handle belongs to no graph: one serves a graph, its derivatives and all that is compiled of them. That a
/// graph has what it names, in that type, is checked where it is used.
public struct InputHandle<Element: TensorElement>: Hashable, Sendable {
  /// The name of the input.
  public let name: String

  /// The input of that name.
  public init(_ name: String) { self.name = name }
}

/// The name of a parameter together with the Swift type of its elements.
public struct ParameterHandle<Element: TensorElement>: Hashable, Sendable {
  /// The name of the parameter.
  public let name: String

  /// The parameter of that name.
  public init(_ name: String) { self.name = name }
}

/// The name of an output together with the Swift type of its elements.
public struct OutputHandle<Element: TensorElement>: Hashable, Sendable {
  /// The name of the output.
  public let name: String

  /// The output of that name.
  public init(_ name: String) { self.name = name }
}

extension GraphBuilder {
  /// Declares a value that the caller gives for each run, in the scalar type of its handle.
  ///
  /// Mistakes: as `input(_:_:_:)`.
  public func input<Element: TensorElement>(
    _ handle: InputHandle<Element>, _ shape: Shape, file: String = #fileID, line: Int = #line
  ) -> Value {
    input(handle.name, Element.scalarType, shape, file: file, line: line)
  }

  /// Declares a value that is kept from run to run and may be trained, in the scalar type of its handle.
  ///
  /// Mistakes: as `parameter(_:_:_:_:)`.
  public func parameter<Element: TensorElement>(
    _ handle: ParameterHandle<Element>, _ shape: Shape, _ initializer: Initializer = .zeros,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    parameter(handle.name, Element.scalarType, shape, initializer, file: file, line: line)
  }

  /// Declares a result under the name of its handle.
  ///
  /// Mistakes: as `output(_:_:)`; `.scalarTypeMismatch` for a value of another scalar type than the
  /// handle's.
  public func output<Element: TensorElement>(
    _ handle: OutputHandle<Element>, _ value: Value, file: String = #fileID, line: Int = #line
  ) {
    let location = SourceLocation(file: file, line: line)
    let checked = attempt([value], at: location) { () throws(Diagnostic) in
      guard value.type.scalarType == Element.scalarType else {
        throw Diagnostic(
          .scalarTypeMismatch,
          "the output \(handle.name) is to be \(Element.scalarType) and is \(value.type); convert it with "
            + "cast(to:), or give the handle that type",
          location: location)
      }
      return value
    }
    output(handle.name, checked, file: file, line: line)
  }
}
