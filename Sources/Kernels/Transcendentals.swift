internal import Glibc

// Elementary functions in plain arithmetic. Unlike the functions of the C library, these vectorise
// in loops and give the same bits on every processor and in every vector lane.

/// eˣ, accurate to 1 unit in the last place. x is clamped to −87…88, where eˣ is a normal float.
/// NaN gives NaN.
///
/// With x = n ln 2 + r and |r| ≤ ½ ln 2, eˣ is eʳ 2ⁿ: eʳ is the polynomial of Cephes' `expf`, and
/// the bits of 2ⁿ are put together from n.
@inline(__always)
func exponential(_ x: Float) -> Float {
  let low: Float = x < -87 ? -87 : x
  let clamped: Float = low > 88 ? 88 : low
  // Adding and subtracting 1.5 × 2²³ rounds to the nearest whole number.
  let shifted = clamped * 1.442_695_04 + 12_582_912
  let n = shifted - 12_582_912
  let r = (clamped - n * 0.693_359_375) + n * 2.121_944_4e-4
  var p: Float = 1.987_569_1e-4
  p = p * r + 1.398_199_9e-3
  p = p * r + 8.333_452e-3
  p = p * r + 4.166_579_6e-2
  p = p * r + 1.666_666_5e-1
  p = p * r + 0.5
  let e = (p * r * r + r) + 1
  let power = Float(bitPattern: (shifted.bitPattern &+ 127) << 23)
  return e * power
}

/// ln x for normal positive x, accurate to 1 unit in the last place.
///
/// With x = m 2ᵉ and m in √½…√2, ln x is ln m + e ln 2; ln m is the polynomial of Cephes' `logf`.
@inline(__always)
func logarithm(_ x: Float) -> Float {
  // Subtracting the bits of √½ makes the exponent change at √½ instead of at 1.
  let offset = x.bitPattern &- 0x3f35_04f3
  let exponent = Float(Int32(bitPattern: offset) >> 23)
  let m = Float(bitPattern: (offset & 0x007f_ffff) &+ 0x3f35_04f3) - 1
  var p: Float = 7.037_683_6e-2
  p = p * m - 1.151_461e-1
  p = p * m + 1.167_699_9e-1
  p = p * m - 1.242_014_1e-1
  p = p * m + 1.424_932_3e-1
  p = p * m - 1.666_805_8e-1
  p = p * m + 2.000_071_4e-1
  p = p * m - 2.499_999_4e-1
  p = p * m + 3.333_333_1e-1
  let square = m * m
  let tail = p * m * square - exponent * 2.121_944_4e-4 - 0.5 * square
  return (m + tail) + exponent * 0.693_359_375
}

/// tanh x, accurate to 3 units in the last place. NaN gives NaN.
///
/// For |x| < 0.625 the polynomial of Cephes' `tanhf`; beyond it 1 − 2 / (e²ˣ + 1).
@inline(__always)
func hyperbolicTangent(_ x: Float) -> Float {
  let size = abs(x)
  let square = x * x
  var p: Float = -5.704_988_7e-3
  p = p * square + 2.063_908_9e-2
  p = p * square - 5.373_971_6e-2
  p = p * square + 1.333_144_2e-1
  p = p * square - 3.333_328_2e-1
  let small = p * square * x + x
  let large = 1 - 2 / (exponential(2 * size) + 1)
  let signed = x < 0 ? -large : large
  return size < 0.625 ? small : signed
}

/// cos 2πt and sin 2πt for t in 0…1, with errors of at most 2⁻²³.
@inline(__always)
func cosineAndSine(turns t: Float) -> (cosine: Float, sine: Float) {
  // The nearest quarter turn, and the difference from it, which is exact.
  let shifted = t * 4 + 12_582_912
  let quarter = shifted.bitPattern & 3
  let angle = (t * 4 - (shifted - 12_582_912)) * 1.570_796_3
  let square = angle * angle
  let s =
    ((-1.951_529_6e-4 * square + 8.332_161e-3) * square - 1.666_665_5e-1) * square * angle + angle
  let c =
    ((2.443_315_7e-5 * square - 1.388_731_6e-3) * square + 4.166_664_6e-2) * square * square
    - 0.5 * square + 1
  let cosine = quarter & 1 == 0 ? c : s
  let sine = quarter & 1 == 0 ? s : c
  return (
    cosine: (quarter &+ 1) & 2 == 0 ? cosine : -cosine,
    sine: quarter & 2 == 0 ? sine : -sine
  )
}

/// Quantiles of the standard normal distribution.
///
/// Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
/// Statistics 37 (3), 1988, PPND16: rational approximations in three regions, accurate to about one
/// part in 10¹⁶.
package enum NormalQuantile {
  /// The number x such that a standard normal draw is less than x with `probability`.
  ///
  /// The result is −∞ for 0, ∞ for 1, and NaN for numbers outside of 0…1.
  package static func of(_ probability: Double) -> Double {
    let distance = probability - 0.5
    if abs(distance) <= 0.425 {
      return distance
        * quotient(centreNumerator, centreDenominator, at: 0.180625 - distance * distance)
    }
    let tail = distance < 0 ? probability : 1 - probability
    guard tail > 0 else { return tail == 0 ? (distance < 0 ? -.infinity : .infinity) : .nan }
    let r = (-log(tail)).squareRoot()
    let quantile =
      r <= 5
      ? quotient(middleNumerator, middleDenominator, at: r - 1.6)
      : quotient(farNumerator, farDenominator, at: r - 5)
    return distance < 0 ? -quantile : quantile
  }

  /// The quotient of two polynomials at x, given by their coefficients, the lowest power first.
  private static func quotient(
    _ numerator: [Double], _ denominator: [Double], at x: Double
  ) -> Double {
    value(numerator, at: x) / value(denominator, at: x)
  }

  private static func value(_ coefficients: [Double], at x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  private static let centreNumerator = [
    3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
    1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
    3.3430575583588128105e+4, 2.5090809287301226727e+3,
  ]
  private static let centreDenominator = [
    1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
    2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
    5.2264952788528545610e+3,
  ]
  private static let middleNumerator = [
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4,
  ]
  private static let middleDenominator = [
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9,
  ]
  private static let farNumerator = [
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ]
  private static let farDenominator = [
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15,
  ]
}
