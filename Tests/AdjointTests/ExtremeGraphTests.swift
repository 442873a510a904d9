import Adjoint
import AdjointGraph
import TestSupport
import Testing

@Suite("Whole graphs on infinities, NaN, subnormal and huge numbers")
struct ExtremeGraphTests {
  @Test(
    "are what the interpreter says on both back ends",
    arguments: RandomSets.seeds(12, full: 400), [ScalarType.f32, .f64])
  func agree(seed: Int, type: ScalarType) throws {
    let sample = try ExtremeGraph(type, seed: UInt64(seed))
    for pipeline in [Pipeline([]), .standard] {
      let expected = try GraphInterpreter.evaluate(pipeline(sample.graph), sample.sources).outputs
      for backend in Backend.allCases {
        let options = CompilationOptions(pipeline: pipeline, threads: 1, backend: backend)
        let context = try sample.graph.compiled(options).makeContext()
        for (name, tensor) in sample.sources { try context.set(name, to: tensor) }
        try context.run()
        for (name, agreement) in sample.agreements.sorted(by: { $0.key < $1.key }) {
          let found = try context.output(name)
          let wanted = try #require(expected[name])
          try #require(found.type == wanted.type)
          var sizes: [Double] = []
          if case .sum(_, let magnitudes) = agreement {
            sizes = expected[magnitudes]?.doubles ?? []
          }
          for (index, pair) in zip(found.doubles, wanted.doubles).enumerated() {
            let size = sizes.isEmpty ? 0 : sizes[index]
            #expect(
              Self.agrees(pair.0, pair.1, agreement, size: size, type),
              "\(name)[\(index)], seed \(seed), \(backend): \(pair.0), not \(pair.1)\n\(sample.graph)"
            )
          }
        }
      }
    }
  }

  private static func agrees(
    _ found: Double, _ wanted: Double, _ agreement: ExtremeGraph.Agreement, size: Double,
    _ type: ScalarType
  ) -> Bool {
    let (epsilon, least, greatest) =
      type == .f32
      ? (
        Double(Float.ulpOfOne), Double(Float.leastNonzeroMagnitude),
        Double(Float.greatestFiniteMagnitude)
      ) : (.ulpOfOne, .leastNonzeroMagnitude, .greatestFiniteMagnitude)
    if found.bitPattern == wanted.bitPattern || found.isNaN && wanted.isNaN { return true }
    switch agreement {
    case .exact: return false
    case .units:
      // Next to the greatest number is infinity.
      if found.isInfinite != wanted.isInfinite {
        return found.sign == wanted.sign
          && Swift.min(found.magnitude, wanted.magnitude) >= greatest * (1 - 4 * epsilon)
      }
      return (found - wanted).magnitude
        <= Swift.max(4 * epsilon * wanted.magnitude, 4 * least)
    case .sum(let count, _):
      // What the magnitudes themselves are summed to may overflow a little earlier or later, and a sum with
      // them on the way.
      if count == 0 || !(size < greatest / 4) { return true }
      return (found - wanted).magnitude <= Double(count + 2) * (epsilon * size + least)
    }
  }
}
