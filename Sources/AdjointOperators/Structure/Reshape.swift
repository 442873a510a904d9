import AdjointCore
import AdjointGraph
import AdjointKernels

/// The same elements in the same row-major order under another shape.
package struct Reshape: Operator {
  package static let mnemonic = "reshape"

  package let shape: Shape
  package init(shape: Shape) { self.shape = shape }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("shape")
    self.init(shape: try attributes.shape("shape"))
  }

  package var attributes: AttributeList { AttributeList(["shape": .dimensions(shape.dimensions)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    guard operands[0].shape.size == shape.size else {
      throw Diagnostic(
        .shapeMismatch, "\(operands[0]) does not have as many elements as the shape \(shape)")
    }
    return [TensorType(operands[0].scalarType, shape)]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      [site.builder.apply(Reshape(shape: site.operands[0].shape), [cotangent])]
    }
  }

  package var batching: Batching {
    .rule { $0.applying(Self(shape: shape.batched($0.extent))) }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .view
  }
}

extension Shape {
  /// The number of elements as a product of numbers and names, comparable before names are bound.
  fileprivate var size: (Int?, [String]) {
    var product: Int? = 1
    var names: [String] = []
    for dimension in dimensions {
      switch dimension {
      case .fixed(0): product = 0
      case .fixed(let extent):
        // Types are validated before they get here, so only a reshape's own target can overflow.
        product = product.flatMap { product in
          let (next, overflow) = product.multipliedReportingOverflow(by: extent)
          return overflow ? nil : next
        }
      case .named(let name): names.append(name)
      }
    }
    return (product, product == 0 ? [] : names.sorted())
  }
}

extension Value {
  /// The same elements in the same order under another shape.
  ///
  /// Mistakes: `.shapeMismatch` where the number of elements differs.
  public func reshaped(
    to shape: Shape, file: String = #fileID, line: Int = #line
  ) -> Value {
    if shape == self.shape { return self }
    return builder.apply(
      Reshape(shape: shape), [self], like: TensorType(scalarType, shape),
      at: SourceLocation(file: file, line: line))
  }
}

// The page of the reference.
extension Reshape {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "The same elements in row-major order under another shape.",
      formula: "y = x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape `shape`, of the type of x.",
      attributes: [OperatorPage.Part("shape", "a shape of as many elements")],
      reverse: ["x̄ = ȳ in the shape of x"],
      forward: "ẏ = ẋ in the shape `shape`",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 3, 4, 5, 6])],
        "x.reshaped(to: [3, 2])"
      ) { $1[0].reshaped(to: [3, 2]) })
  }
}
