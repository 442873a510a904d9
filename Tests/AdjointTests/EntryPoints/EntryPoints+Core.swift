import Adjoint

extension EntryPoint {
  /// Tensors, shapes and types.
  static let tensors: [EntryPoint] = [
    EntryPoint("Tensor.init(scalar value: Double, _ scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.doubles, "\(type) ") { try Tensor(scalar: $0, type) }
      }
    },
    EntryPoint("Tensor.init(scalar value: Integer, _ scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.integers, "\(type) ") { try Tensor(scalar: $0, type) }
        sweep.call("\(type) 2^64 - 1") { try Tensor(scalar: UInt64.max, type) }
      }
    },
    EntryPoint("Tensor.init(repeating value: Double, _ scalarType: ScalarType, extents: [Int])") {
      sweep in
      sweep.each(Hostile.extents) { try Tensor(repeating: 1.5, .f32, extents: $0) }
      sweep.each(Hostile.doubles) { try Tensor(repeating: $0, .u8, extents: [2]) }
    },
    EntryPoint("Tensor.init(repeating value: Integer, _ scalarType: ScalarType, extents: [Int])") {
      sweep in
      sweep.each(Hostile.extents) { try Tensor(repeating: 1, .u8, extents: $0) }
      sweep.each(Hostile.integers) { try Tensor(repeating: $0, .i32, extents: [2]) }
    },
    EntryPoint("Tensor.init(_ storage: Storage, extents: [Int])") { sweep in
      sweep.each(Hostile.extents) { try Tensor(.bool([true]), extents: $0) }
      sweep.each(Hostile.extents, "none ") { try Tensor(.i64([]), extents: $0) }
    },
    EntryPoint("Tensor.init(_ elements: [Double], extents: [Int]?)") { sweep in
      sweep.each(Hostile.extents) { try Tensor([1] as [Double], extents: $0) }
      sweep.call("none") { try Tensor([]) }
    },
    EntryPoint("Tensor.init(_ elements: [Element], extents: [Int]?)") { sweep in
      sweep.each(Hostile.extents) { try Tensor([1] as [Float], extents: $0) }
      sweep.each(Hostile.extents, "bool ") { try Tensor([true], extents: $0) }
    },
    EntryPoint("Tensor.init(_ rows: [[Element]])") { sweep in
      for rows in [[], [[]], [[1], []], [[], [1]], [[1, 2], [3, 4]]] as [[[Int32]]] {
        sweep.call("\(rows)") { try Tensor(rows) }
      }
    },
    EntryPoint("Tensor.init(_ literal: TensorLiteral, _ scalarType: ScalarType?)") { sweep in
      for type in [nil] + ScalarType.allCases.map(Optional.some) {
        let name = type.map { "\($0)" } ?? "nil"
        sweep.call("\(name) list") { try Tensor([[1, 0], [0, 1]], type) }
        sweep.call("\(name) ragged") { try Tensor([[1, 0], [1]], type) }
        sweep.call("\(name) mixed") { try Tensor([1, true], type) }
        sweep.call("\(name) none") { try Tensor([[[]]], type) }
        sweep.call("\(name) large") { try Tensor([9_223_372_036_854_775_807, 1e300], type) }
        sweep.call("\(name) deep") { try Tensor([[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]], type) }
      }
    },
    EntryPoint("TensorLiteral.init(integerLiteral value: Int64)") { sweep in
      for number in [0, .min, .max] as [Int64] {
        sweep.call("\(number)") { try Tensor(TensorLiteral(integerLiteral: number), .i32) }
      }
    },
    EntryPoint("TensorLiteral.init(floatLiteral value: Double)") { sweep in
      sweep.each(Hostile.doubles) { try Tensor(TensorLiteral(floatLiteral: $0), .f32) }
      sweep.each(Hostile.doubles, "u8 ") { try Tensor(TensorLiteral(floatLiteral: $0), .u8) }
    },
    EntryPoint("TensorLiteral.init(booleanLiteral value: Bool)") { sweep in
      for type in ScalarType.allCases {
        sweep.call("\(type)") { try Tensor(TensorLiteral(booleanLiteral: true), type) }
      }
    },
    EntryPoint("TensorLiteral.init(arrayLiteral elements: TensorLiteral...)") { sweep in
      sweep.call("none") { try Tensor(TensorLiteral(arrayLiteral: []), .f32) }
      sweep.call("1, []") { try Tensor(TensorLiteral(arrayLiteral: 1, []), .f32) }
    },
    EntryPoint("Tensor.elements(as type: Element.Type)") { sweep in
      sweep.each(try Hostile.tensors, "u8 ") { try $0.elements(as: UInt8.self).count }
      sweep.each(try Hostile.tensors, "f32 ") { try $0.elements(as: Float.self).count }
    },
    EntryPoint("Tensor.reshaped(to extents: [Int])") { sweep in
      sweep.each(Hostile.extents) { try Tensor([1]).reshaped(to: $0) }
    },
    EntryPoint("Tensor.subscript(selections: any AxisSelecting...)") { sweep in
      sweep.each(Hostile.integers) { try Tensor([1, 2])[$0] }
      sweep.each(Hostile.integers, "from ") { try Tensor([1, 2])[$0...] }
    },
    EntryPoint("AxisSelecting.positions(from lower: Int, upTo upper: Int?)") { sweep in
      sweep.each(Hostile.integers) { try Tensor([1, 2])[.positions(from: 0, upTo: $0)] }
    },
    EntryPoint("Tensor.summary(indentation: Int)") { sweep in
      for tensor in try Hostile.tensors {
        sweep.each(Hostile.integers, "\(tensor.type) ") { tensor.summary(indentation: $0) }
      }
    },
    EntryPoint("Tensor.Storage.init(_ values: [Double], as scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.doubles, "\(type) ") { try Tensor.Storage([1, $0], as: type).count }
      }
    },
    EntryPoint("Tensor.Storage.init(_ values: [Integer], as scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.integers, "\(type) ") { try Tensor.Storage([1, $0], as: type).count }
      }
    },
    EntryPoint("Tensor.Storage.init(casting values: [Double], as scalarType: ScalarType)") {
      sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.doubles, "\(type) ") {
          Tensor.Storage(casting: [$0], as: type).doubles[0]
        }
      }
    },
    EntryPoint("TensorType.init(_ scalarType: ScalarType, _ shape: Shape)") { sweep in
      sweep.each(Hostile.shapes) { try use(TensorType(.f32, $0)) }
    },
    EntryPoint("TensorType.init(_ scalarType: ScalarType, extents: [Int])") { sweep in
      sweep.each(Hostile.extents) { try use(TensorType(.f32, extents: $0)) }
    },
    EntryPoint("TensorType.shape: Shape") { sweep in
      sweep.each(Hostile.shapes) { shape in
        var type = TensorType(.f64, [])
        type.shape = shape
        return try use(type)
      }
    },
    EntryPoint("Shape.init(_ dimensions: [Dimension])") { sweep in
      sweep.each(Hostile.shapes) { spelled(Shape($0.dimensions).elementCount) }
    },
    EntryPoint("Shape.init(extents: [Int])") { sweep in
      sweep.each(Hostile.extents) { spelled(Shape(extents: $0).elementCount) }
    },
    EntryPoint("Shape.init(arrayLiteral elements: any ShapeElement...)") { sweep in
      sweep.each(Hostile.integers) { spelled(([$0, $0] as Shape).elementCount) }
    },
    EntryPoint("Shape.dimensions: [Dimension]") { sweep in
      sweep.each(Hostile.shapes) { other in
        var shape: Shape = [3]
        shape.dimensions = other.dimensions
        return spelled(shape.elementCount)
      }
    },
    EntryPoint("Shape.Dimension.init(integerLiteral value: Int)") { sweep in
      sweep.each(Hostile.integers) { spelled(Dimension(integerLiteral: $0).extent) }
    },
    EntryPoint("Shape.Dimension.init(stringLiteral value: String)") { sweep in
      sweep.each(Hostile.names) { spelled(Dimension(stringLiteral: $0).extent) }
    },
  ]

  private static func spelled(_ number: Int?) -> String {
    number.map { Hostile.label($0) } ?? "nil"
  }

  private static func use(_ type: TensorType) throws -> Any {
    _ = type.description
    try type.validate()
    return try type.boundExtents().count
  }

  /// Random numbers and messages.
  static let values: [EntryPoint] = [
    EntryPoint("SourceLocation.init(file: String, line: Int, column: Int)") { sweep in
      sweep.each(Hostile.integers) {
        SourceLocation(file: "", line: $0, column: $0).description.isEmpty
      }
    },
    EntryPoint("SourceLocation.line: Int") { sweep in
      sweep.each(Hostile.integers) { number in
        var place = SourceLocation(file: "f")
        place.line = number
        return place.description.count < 40
      }
    },
    EntryPoint("SourceLocation.column: Int") { sweep in
      sweep.each(Hostile.integers) { number in
        var place = SourceLocation(file: "f", line: 1)
        place.column = number
        return place.description.count < 40
      }
    },
    EntryPoint(
      "Diagnostic.init(_ code: Code, _ message: String, node: String?, location: SourceLocation?, "
        + "notes: [String])"
    ) { sweep in
      sweep.each(Hostile.names) {
        Diagnostic(.syntax, $0, node: $0, location: SourceLocation(file: $0), notes: [$0])
          .description.isEmpty
      }
    },
    EntryPoint("Diagnostic.Code.init(_ name: String)") { sweep in
      sweep.each(Hostile.names) { Diagnostic(Diagnostic.Code($0), "m").description.isEmpty }
    },
    EntryPoint("Diagnostic.located(at location: SourceLocation?)") { sweep in
      sweep.each(Hostile.integers) {
        Diagnostic(.syntax, "m").located(at: SourceLocation(file: "f", line: $0)).description
          .isEmpty
      }
    },
    EntryPoint("Diagnostic.at(node: String?)") { sweep in
      sweep.each(Hostile.names) { Diagnostic(.syntax, "m").at(node: $0).description.isEmpty }
    },
    EntryPoint(
      "Provenance.init(_ role: Role, of node: String, rule: String, operand: Int?, "
        + "contribution: Int?)"
    ) { sweep in
      sweep.each(Hostile.integers) {
        spelled(
          Provenance(.adjoint, of: "", rule: "\u{0}", operand: $0, contribution: $0).operand)
      }
    },
    EntryPoint("Provenance.operand: Int?") { sweep in
      sweep.each(Hostile.integers) { number in
        var provenance = Provenance(.adjoint, of: "x", rule: "add")
        provenance.operand = number
        return spelled(provenance.operand)
      }
    },
    EntryPoint("Provenance.contribution: Int?") { sweep in
      sweep.each(Hostile.integers) { number in
        var provenance = Provenance(.adjoint, of: "x", rule: "add")
        provenance.contribution = number
        return spelled(provenance.contribution)
      }
    },
  ]
}
