/// How a derivative is worked out from values of a function.
///
/// All methods are made of central differences `D(h) = (f(x + h) − f(x − h)) / 2h`, which differ from the
/// derivative by `f‴(x)·h²/6 + …`, and by rounding of about `ε·|f| / h`. Steps over which the function is not
/// finite are left out.
public enum DifferenceMethod: Hashable, Sendable {
  /// A central difference over one step; by itself the step is chosen.
  ///
  /// Steps become smaller by a factor of 4 from an eighth of `max(1, |x|)` on, rounded to powers of two. The error of `D(h)` is estimated
  /// as `|D(4h) − D(h)|` and what rounding may add, and the step with the smallest estimate is taken (Stepleman
  /// and Winarsky, "Adaptive numerical differentiation", Mathematics of Computation 33, 1979). For a step that
  /// is given the estimate is `|D(2h) − D(h)|` and the rounding.
  case central(step: Double? = nil)
  /// Central differences over halved steps, extrapolated to a step of nothing.
  ///
  /// `D₀(h) = D(h)` and `D_j(h) = (4^j·D_{j−1}(h) − D_{j−1}(2h)) / (4^j − 1)`, in which the powers of h up to
  /// 2j are gone (Richardson 1911). The entry of the table with the smallest error estimate is taken: the
  /// larger of its distances from the two entries that it is made of (Ridders, "Accurate computation of F′(x)
  /// and F′(x)F″(x)", Advances in Engineering Software 4, 1982), and what rounding may add.
  case richardson
}
