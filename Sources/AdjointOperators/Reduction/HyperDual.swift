import AdjointCore
import AdjointGraph

/// A tensor of hyper-dual numbers: Σ over sets S of directions of `c_S · Π_{r in S} ε_r`, with ε_r² = 0.
///
/// A product of `x_k + Σ_r ε_r · v_r[k]` has, at the set of all directions, the derivative of Π x_k
/// along each of them in turn (Fike and Alonso, "The Development of Hyper-Dual Numbers for Exact
/// Second-Derivative Calculations", AIAA 2011-886).
struct HyperDual {
  /// By set, a number whose bit r is set where direction r is in it; nil is zero.
  ///
  /// That of the empty set is always there.
  private let coefficients: [Value?]

  init(_ value: Value, along directions: [Value]) {
    var coefficients: [Value?] = Array(repeating: nil, count: 1 << directions.count)
    coefficients[0] = value
    for (number, direction) in directions.enumerated() { coefficients[1 << number] = direction }
    self.coefficients = coefficients
  }

  private init(_ coefficients: [Value?]) { self.coefficients = coefficients }

  /// The coefficient at all directions together; nil is zero.
  var last: Value? { coefficients[coefficients.count - 1] }

  static func * (left: HyperDual, right: HyperDual) -> HyperDual {
    var products: [Value?] = []
    for set in left.coefficients.indices {
      var sum: Value?
      // All ways to divide the set in two.
      for part in 0...set where part & set == part {
        guard let a = left.coefficients[part], let b = right.coefficients[set ^ part] else {
          continue
        }
        let product = a * b
        sum = if let sum { sum + product } else { product }
      }
      products.append(sum)
    }
    return HyperDual(products)
  }

  /// Every `stride`th of the positions in a range of an axis.
  func sliced(
    _ range: Range<Int>, by stride: Int = 1, axis: Int
  ) -> HyperDual {
    let slice = Slice([
      Slice.Range(axis: axis, start: range.lowerBound, limit: range.upperBound, stride: stride)
    ])
    var parts: [Value?] = []
    for value in coefficients {
      if let value, value.shape[axis] == .fixed(range.count), stride == 1 {
        parts.append(value)
      } else {
        parts.append(
          value.map { value in
            value.builder.apply(slice, [value])
          })
      }
    }
    return HyperDual(parts)
  }

  /// Parts one behind the other along an axis.
  static func concatenated(_ parts: [HyperDual], axis: Int) -> HyperDual {
    joined(parts) { values in
      values.count == 1 ? values[0] : values[0].builder.apply(Concatenate(axis: axis), values)
    }
  }

  /// The positions of two of equal extents along an axis in turn.
  static func interleaved(
    _ first: HyperDual, _ second: HyperDual, axis: Int
  ) -> HyperDual {
    joined([first, second]) { values in
      var apart = values[0].shape.dimensions
      apart.insert(1, at: axis + 1)
      var columns: [Value] = []
      for value in values { columns.append(value.reshaped(to: Shape(apart))) }
      let pairs = values[0].builder.apply(Concatenate(axis: axis + 1), columns)
      var extents = values[0].shape.extents ?? []
      extents[axis] *= 2
      return pairs.reshaped(to: Shape(extents: extents))
    }
  }

  /// Applies a function to the coefficients of each set; zeros are written out where not all are zero.
  private static func joined(
    _ parts: [HyperDual], _ join: ([Value]) -> Value
  ) -> HyperDual {
    var results: [Value?] = []
    for set in parts[0].coefficients.indices {
      if parts.allSatisfy({ $0.coefficients[set] == nil }) {
        results.append(nil)
        continue
      }
      var values: [Value] = []
      for part in parts {
        if let value = part.coefficients[set] {
          values.append(value)
        } else if let model = part.coefficients[0] {
          values.append(model.builder.full(0, model.type))
        }
      }
      results.append(join(values))
    }
    return HyperDual(results)
  }
}
