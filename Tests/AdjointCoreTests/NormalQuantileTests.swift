import AdjointCore
import Testing

@Suite struct NormalQuantileTests {
  /// Values computed with 40 digits and rounded to the nearest Double.
  static let values: [(Double, Double)] = [
    (1e-300, -37.0470962993612), (1e-100, -21.273453560965326), (1e-30, -11.464024688443615),
    (1e-16, -8.222082216130435), (5.551115123125783e-17, -8.292361075813595),
    (1e-10, -6.361340902404057), (1e-06, -4.753424308822899), (0.001, -3.0902323061678136),
    (0.01, -2.326347874040841), (0.02425, -1.972961051311885), (0.05, -1.6448536269514726),
    (0.0749, -1.4402382675279637), (0.075, -1.439531470938456), (0.0751, -1.43882539275254),
    (0.1, -1.2815515655446004), (0.2, -0.8416212335729142), (0.25, -0.6744897501960817),
    (0.3, -0.5244005127080408), (0.4, -0.2533471031357997), (0.49, -0.025068908258711057),
    (0.499999, -2.5066282745665593e-06), (0.500001, 2.5066282747057052e-06),
    (0.51, 0.025068908258711057), (0.6, 0.2533471031357997), (0.75, 0.6744897501960817),
    (0.9, 1.2815515655446006), (0.925, 1.4395314709384561), (0.95, 1.6448536269514722),
    (0.975, 1.9599639845400538), (0.99, 2.3263478740408408), (0.999, 3.090232306167813),
    (0.999999, 4.753424308817087), (0.9999999999999999, 8.209536151601387),
  ]

  @Test(arguments: values) func quantileIsExactToRounding(_ probability: Double, _ x: Double) {
    let found = CounterBasedRandom.normalQuantile(probability)
    #expect(abs(found - x) <= 1e-15 * abs(x))
  }

  @Test func theMedianIsZero() {
    #expect(CounterBasedRandom.normalQuantile(0.5) == 0)
  }

  @Test func quantileGrowsAcrossTheJoins() {
    for join in [0.075, 0.925, 1.388794386496402e-11] {
      var last = -Double.infinity
      for step in -50...50 {
        let next = CounterBasedRandom.normalQuantile(join * (1 + Double(step) * 1e-9))
        #expect(next >= last)
        last = next
      }
    }
  }
}
