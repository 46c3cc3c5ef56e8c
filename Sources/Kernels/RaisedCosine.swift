/// (1 + cos(π p)) / 2 for the part p = `part` / `whole` of a half turn, from 1 where p is 0 to 0 where it is
/// 1; to a few units in the last place.
///
/// It is cos² of half the angle. Plain arithmetic in a written order, so that it has the same bits on every
/// system, unlike the C library's `cos`; near the end no digits are lost, as they would be in 1 + cos.
///
/// `part` must be from 0 to `whole`, and `whole` greater than zero.
package func raisedCosine(_ part: Int, of whole: Int) -> Double {
  require(whole > 0 && (0...whole).contains(part), "\(part) of \(whole) is no part of a half turn")
  let isFirstHalf = part <= whole - part
  // At most π/4, where the series below need few terms.
  let angle = .pi / 2 * (Double(isFirstHalf ? part : whole - part) / Double(whole))
  let root = isFirstHalf ? cosine(angle) : sine(angle)
  return root * root
}

/// The Taylor series of the cosine for angles of at most π/4, where its first term left out is below 10⁻¹⁷.
private func cosine(_ angle: Double) -> Double {
  let square = angle * angle
  var sum = 1.0
  for n in stride(from: 16, through: 2, by: -2) { sum = 1 - square / Double(n * (n - 1)) * sum }
  return sum
}

/// The Taylor series of the sine for angles of at most π/4, where its first term left out is below 10⁻¹⁷.
private func sine(_ angle: Double) -> Double {
  let square = angle * angle
  var sum = 1.0
  for n in stride(from: 17, through: 3, by: -2) { sum = 1 - square / Double(n * (n - 1)) * sum }
  return angle * sum
}
