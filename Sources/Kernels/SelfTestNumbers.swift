/// Numbers that the self-test multiplies, in fp32 and where need be rounded.
struct SelfTestNumbers {
  /// All of them in fp32.
  let values: Vector
  private let copy: BFloat16Vector?

  /// Fills `values`, and `copy`, of as many floats, where `precision` asks for another format.
  init(values: Vector, precision: Precision, copy: Vector) {
    self.values = values
    Self.fill(values)
    self.copy =
      precision == .bf16 ? BFloat16Vector(inPlaceOf: copy)[0..<values.count] : nil
    self.copy?.round(values)
  }

  /// The numbers from `offset` on as a factor, of rows that begin `stride` apart.
  func operand(at offset: Int, rows: Int, columns: Int, stride: Int? = nil) -> Operand {
    copy?.operand(at: offset, rows: rows, columns: columns, stride: stride)
      ?? Operand(values.matrix(at: offset, rows: rows, columns: columns, stride: stride))
  }

  // Sums of many different exponents round at every step, so that another order shows.
  private static func fill(_ vector: Vector) {
    var state: UInt32 = 1
    for index in 0..<vector.count {
      // Numerical Recipes, 2nd edition, section 7.1, "An Even Quicker Generator".
      state = state &* 1_664_525 &+ 1_013_904_223
      vector.base[index] = Float(Int32(bitPattern: state)) * 0x1p-31
    }
  }
}
