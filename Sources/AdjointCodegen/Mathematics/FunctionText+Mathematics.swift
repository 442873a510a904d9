/// What mathematical functions are written with.
extension FunctionText {
  /// a·b + c, in one rounding where the processor can.
  mutating func multiplyAdd(_ type: VectorType, _ a: String, _ b: String, _ c: String) -> String {
    intrinsic("fmuladd", type, [a, b, c])
  }

  /// A polynomial with its coefficients from the lowest power on, by Horner's rule.
  mutating func polynomial(_ coefficients: [Double], of x: String, _ type: VectorType) -> String {
    var sum = number(coefficients.last ?? 0, type)
    for coefficient in coefficients.dropLast().reversed() {
      sum = multiplyAdd(type, sum, x, number(coefficient, type))
    }
    return sum
  }

  /// x, but no more than a limit; a NaN stays.
  mutating func atMost(_ limit: Double, _ x: String, _ type: VectorType) -> String {
    let limit = number(limit, type)
    return select(type, compare("ogt", type, x, limit), limit, x)
  }

  /// x, but no less than a limit; a NaN stays.
  mutating func atLeast(_ limit: Double, _ x: String, _ type: VectorType) -> String {
    let limit = number(limit, type)
    return select(type, compare("olt", type, x, limit), limit, x)
  }

  mutating func magnitude(_ x: String, _ type: VectorType) -> String {
    intrinsic("fabs", type, [x])
  }

  mutating func bits(_ x: String, _ type: VectorType) -> String {
    convert("bitcast", x, type, type.bits)
  }

  mutating func float(bits: String, _ type: VectorType) -> String {
    convert("bitcast", bits, type.bits, type)
  }

  /// Replaces a value by another in a branch that is taken where any lane of a condition holds,
  /// which is rare; the branch must leave the other lanes as they are.
  mutating func rarely(
    _ condition: String, replacing values: [String], _ types: [VectorType],
    by body: (inout FunctionText) -> [String]
  ) -> [String] {
    let lanes = types[0].lanes
    let truth = VectorType(.i1, lanes)
    let reduction = "@llvm.vector.reduce.or.v\(lanes)i1"
    declare("declare i1 \(reduction)(\(truth.text))")
    let any = value("call i1 \(reduction)(\(truth.text) \(condition))")
    let before = block
    let label = name("rare")
    // The weights keep the branch from becoming a selection, which would do both sides always.
    effect(
      "br i1 \(any), label %\(label), label %\(label).end,"
        + " !prof !{!\"branch_weights\", i32 1, i32 2000}")
    open(label)
    let others = body(&self)
    let after = block
    begin(label + ".end")
    return zip(types, zip(values, others)).map { type, pair in
      value("phi \(type.text) [ \(pair.0), %\(before) ], [ \(pair.1), %\(after) ]")
    }
  }

  /// The results of a scalar function of one operand for each lane, in a loop over the lanes.
  mutating func eachLane(
    _ function: String, _ x: String, _ type: VectorType
  ) -> String {
    let element = type.element.rawValue
    declare("declare \(element) @\(function)(\(element))")
    let before = block
    let label = name("lanes")
    let (lane, partial) = ("%\(label).lane", "%\(label).partial")
    begin(label)
    let (next, full) = ("%\(label).next", "%\(label).full")
    effect("\(lane) = phi i64 [ 0, %\(before) ], [ \(next), %\(label) ]")
    effect("\(partial) = phi \(type.text) [ poison, %\(before) ], [ \(full), %\(label) ]")
    let single = value("extractelement \(type.text) \(x), i64 \(lane)")
    let result = value("call \(element) @\(function)(\(element) \(single))")
    effect("\(full) = insertelement \(type.text) \(partial), \(element) \(result), i64 \(lane)")
    effect("\(next) = add nuw nsw i64 \(lane), 1")
    let more = value("icmp ult i64 \(next), \(type.lanes)")
    effect("br i1 \(more), label %\(label), label %\(label).end")
    open(label + ".end")
    return full
  }
}

extension VectorType {
  /// Whole numbers of the size of the elements.
  var bits: VectorType { of(element == .f64 ? .i64 : .i32) }
}
