// Elementary functions in plain arithmetic. Unlike those of the C library, they vectorise in loops
// and give the same bits on every processor and in every vector lane.

/// eˣ, accurate to 1 unit in the last place. x is clamped to −87…88, where eˣ is a normal float.
/// NaN gives NaN.
///
/// With x = n ln 2 + r and |r| ≤ ½ ln 2, eʳ is the polynomial of Cephes' `expf`, and n is added to
/// the exponent's bits.
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
/// With x = m 2ᵉ and m in √½…√2, ln m is the polynomial of Cephes' `logf`.
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
