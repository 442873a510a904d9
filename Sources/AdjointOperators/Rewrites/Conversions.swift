import AdjointCore
import AdjointGraph

// Roots: cast, extent.
extension Rewrite {
  static let castToTheSame = Rewrite(cast(x), to: "x", where: "the type stays") { match in
    match[x].type == match.resultType ? match[x] : nil
  }
  static let castTwice = Rewrite(
    cast(cast(x).known(as: y)), to: "cast(x)", where: "the inner one loses nothing"
  ) { match in
    guard let inner = match[y].definition(as: Cast.self),
      match[x].scalarType.isKept(by: inner.scalarType, onTheWayTo: match.resultType.scalarType)
    else { return nil }
    return match.builder.apply(match.site.operation, [match[x]])
  }

  static let knownExtent = Rewrite(
    .any(Extent.self, of: [x]), to: "constant", where: "the axes are known"
  ) { match in
    guard let extent = match.root(as: Extent.self),
      extent.axes.allSatisfy({ match[x].shape[$0].extent != nil })
    else { return nil }
    return match[x].extent(ofAxes: extent.axes, as: extent.scalarType)
  }
}

extension ScalarType {
  /// Whether every number of this type is one of the other, and going on from there to the target
  /// gives what going there directly does.
  fileprivate func isKept(by other: ScalarType, onTheWayTo target: ScalarType) -> Bool {
    switch (self, other) {
    case (.f32, .f64), (.i32, .i64), (.u8, .i32), (.u8, .i64), (.u8, .f32), (.u8, .f64): true
    case (.bool, _): true
    // Whole numbers keep their low bits in u8, floating-point numbers are clamped.
    case (.i32, .f64): target != .u8
    default: self == other
    }
  }
}
