import Adjoint

extension EntryPoint {
  /// A function of two values that takes numbers in the place of either.
  private struct Binary: Sendable {
    /// With `_` for the number and the value.
    let floating: [@Sendable (Value, Double) throws -> Value]
    let whole: [@Sendable (Value, Int) throws -> Value]
    let unsigned: [@Sendable (Value, UInt64) throws -> Value]

    func entries(
      _ left: @escaping (String) -> String, _ right: @escaping (String) -> String
    ) -> [EntryPoint] {
      zip([left, right], floating.indices).flatMap { spelled, side in
        [
          EntryPoint(spelled("Double")) { sweep in
            try Sample.each(sweep, Hostile.doubles) { try floating[side]($0, $1) }
          },
          EntryPoint(spelled("Integer")) { sweep in
            try Sample.each(sweep, Hostile.integers) { try whole[side]($0, $1) }
            try Sample.each(sweep, [UInt64.max]) { try unsigned[side]($0, $1) }
          },
        ]
      }
    }

    func infix(_ name: String) -> [EntryPoint] {
      entries({ "Value.\(name)(left: Value, right: \($0))" }) {
        "Value.\(name)(left: \($0), right: Value)"
      }
    }

    func function(_ name: String) -> [EntryPoint] {
      entries({ "\(name)(_ x: Value, _ y: \($0))" }) { "\(name)(_ x: \($0), _ y: Value)" }
    }
  }

  /// Operators and functions of two values with a number for one of them.
  static let binary: [EntryPoint] =
    Binary(
      floating: [{ $0 + $1 }, { $1 + $0 }], whole: [{ $0 + $1 }, { $1 + $0 }],
      unsigned: [{ $0 + $1 }, { $1 + $0 }]
    ).infix("+")
    + Binary(
      floating: [{ $0 - $1 }, { $1 - $0 }], whole: [{ $0 - $1 }, { $1 - $0 }],
      unsigned: [{ $0 - $1 }, { $1 - $0 }]
    ).infix("-")
    + Binary(
      floating: [{ $0 * $1 }, { $1 * $0 }], whole: [{ $0 * $1 }, { $1 * $0 }],
      unsigned: [{ $0 * $1 }, { $1 * $0 }]
    ).infix("*")
    + Binary(
      floating: [{ $0 / $1 }, { $1 / $0 }], whole: [{ $0 / $1 }, { $1 / $0 }],
      unsigned: [{ $0 / $1 }, { $1 / $0 }]
    ).infix("/")

  /// Comparisons with a number.
  static let comparisons: [EntryPoint] =
    Binary(
      floating: [{ $0 .== $1 }, { $1 .== $0 }],
      whole: [{ $0 .== $1 }, { $1 .== $0 }],
      unsigned: [{ $0 .== $1 }, { $1 .== $0 }]
    ).infix(".==")
    + Binary(
      floating: [{ $0 .!= $1 }, { $1 .!= $0 }],
      whole: [{ $0 .!= $1 }, { $1 .!= $0 }],
      unsigned: [{ $0 .!= $1 }, { $1 .!= $0 }]
    ).infix(".!=")
    + Binary(
      floating: [{ $0 .< $1 }, { $1 .< $0 }], whole: [{ $0 .< $1 }, { $1 .< $0 }],
      unsigned: [{ $0 .< $1 }, { $1 .< $0 }]
    ).infix(".<")
    + Binary(
      floating: [{ $0 .<= $1 }, { $1 .<= $0 }],
      whole: [{ $0 .<= $1 }, { $1 .<= $0 }],
      unsigned: [{ $0 .<= $1 }, { $1 .<= $0 }]
    ).infix(".<=")
    + Binary(
      floating: [{ $0 .> $1 }, { $1 .> $0 }], whole: [{ $0 .> $1 }, { $1 .> $0 }],
      unsigned: [{ $0 .> $1 }, { $1 .> $0 }]
    ).infix(".>")
    + Binary(
      floating: [{ $0 .>= $1 }, { $1 .>= $0 }],
      whole: [{ $0 .>= $1 }, { $1 .>= $0 }],
      unsigned: [{ $0 .>= $1 }, { $1 .>= $0 }]
    ).infix(".>=")

  /// Functions with a number for one of their values.
  static let functions: [EntryPoint] =
    Binary(
      floating: [{ max($0, $1) }, { max($1, $0) }],
      whole: [{ max($0, $1) }, { max($1, $0) }],
      unsigned: [{ max($0, $1) }, { max($1, $0) }]
    ).function("max")
    + Binary(
      floating: [{ min($0, $1) }, { min($1, $0) }],
      whole: [{ min($0, $1) }, { min($1, $0) }],
      unsigned: [{ min($0, $1) }, { min($1, $0) }]
    ).function("min")
    + Binary(
      floating: [{ pow($0, $1) }, { pow($1, $0) }],
      whole: [{ pow($0, $1) }, { pow($1, $0) }],
      unsigned: [{ pow($0, $1) }, { pow($1, $0) }]
    ).function("pow")
    + [
      EntryPoint("select(_ condition: Value, _ ifTrue: Value, _ ifFalse: Double)") { sweep in
        try Sample.each(sweep, Hostile.doubles) { select($0 .> $0, $0, $1) }
        sweep.call("no truth") { try select(Sample().x, Sample().x, 0.5) }
      },
      EntryPoint("select(_ condition: Value, _ ifTrue: Double, _ ifFalse: Value)") { sweep in
        try Sample.each(sweep, Hostile.doubles) { select($0 .> $0, $1, $0) }
      },
      EntryPoint("select(_ condition: Value, _ ifTrue: Value, _ ifFalse: Integer)") { sweep in
        try Sample.each(sweep, Hostile.integers) { select($0 .> $0, $0, $1) }
        try Sample.each(sweep, [UInt64.max]) { select($0 .> $0, $0, $1) }
      },
      EntryPoint("select(_ condition: Value, _ ifTrue: Integer, _ ifFalse: Value)") { sweep in
        try Sample.each(sweep, Hostile.integers) { select($0 .> $0, $1, $0) }
        try Sample.each(sweep, [UInt64.max]) { select($0 .> $0, $1, $0) }
      },
      EntryPoint("leakyRelu(_ x: Value, slope: Double)") { sweep in
        try Sample.each(sweep, Hostile.doubles) { leakyRelu($0, slope: $1) }
      },
      EntryPoint("Value.leakyRelu(slope: Double)") { sweep in
        try Sample.each(sweep, Hostile.doubles) { $0.leakyRelu(slope: $1) }
      },
    ]
}
