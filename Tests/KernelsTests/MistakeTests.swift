import Kernels
import Testing

/// Mistakes of a programmer, by the message with which they end the program.
private let mistakes: [String: @Sendable () -> Void] = [
  "a buffer cannot hold -1 elements": { _ = Buffer<Float>(repeating: 0, count: -1) },
  "a buffer of 4611686018427387903 elements exceeds the address space": {
    _ = Buffer<Float>(repeating: 0, count: .max / 2)
  },

  "index 3 outside of a vector of 3": { _ = three().vector[3] },
  "index -1 outside of a vector of 3": { three().vector[-1] = 0 },
  "range 1..<4 outside of a vector of 3": { _ = three().vector[1..<4] },
  "range -1..<2 outside of a vector of 3": { _ = three().vector[-1..<2] },
  "copying 2 floats into 3": {
    let buffer = three()
    buffer.vector.copy(from: buffer.vector[0..<2])
  },
  "a matrix of 2 rows of 2 at 0 exceeds a vector of 3": {
    _ = three().vector.matrix(rows: 2, columns: 2)
  },
  "a matrix of 1 rows of 2 at -1 exceeds a vector of 3": {
    _ = three().vector.matrix(at: -1, rows: 1, columns: 2)
  },
  "a matrix of 0 rows of 2 at 4 exceeds a vector of 3": {
    _ = three().vector.matrix(at: 4, rows: 0, columns: 2)
  },
  "a matrix of 4294967297 rows of 0 at 0 exceeds a vector of 3": {
    _ = three().vector.matrix(rows: 1 << 32 + 1, columns: 0, stride: 1 << 32)
  },
  "a matrix needs room for its rows": { _ = three().vector.matrix(rows: 1, columns: 3, stride: 2) },
  "a view needs memory to look at": {
    _ = Vector(UnsafeMutableBufferPointer(start: nil, count: 0))
  },

  "index 6 outside of a vector of 6": { _ = BFloat16Vector(inPlaceOf: three().vector)[6] },
  "range 1..<7 outside of a vector of 6": {
    _ = BFloat16Vector(inPlaceOf: three().vector)[1..<7]
  },
  "rounding 3 floats into 6": {
    let buffer = three()
    BFloat16Vector(inPlaceOf: buffer.vector).round(buffer.vector)
  },
  "a matrix of 2 rows of 4 at 0 exceeds a vector of 6": {
    _ = BFloat16Vector(inPlaceOf: three().vector).operand(rows: 2, columns: 4)
  },
  "rows 1..<4 outside of a matrix of 2 rows": {
    _ = BFloat16Vector(inPlaceOf: three().vector).operand(rows: 2, columns: 3).rows(1..<4)
  },
  "an operand of other values": {
    // Else the second may get the first one's memory.
    let mine = PaddedMatrix(2, 3)
    withExtendedLifetime(mine) { Operand(mine.matrix).round(PaddedMatrix(2, 3).matrix) }
  },
  "values is (3, 2), expected (2, 3)": {
    let padded = PaddedMatrix(3, 2)
    Operand(PaddedMatrix(2, 3).matrix).round(padded.matrix)
  },

  "element (2, 0) outside of a matrix (2, 3)": { _ = PaddedMatrix(2, 3).matrix[2, 0] },
  // In memory there is an element at this place: the first one of the next row.
  "element (0, 3) outside of a matrix (2, 3)": { _ = PaddedMatrix(2, 3).matrix[0, 3] },
  "element (1, -1) outside of a matrix (2, 3)": { PaddedMatrix(2, 3).matrix[1, -1] = 0 },
  "element (0, 2) outside of a matrix (3, 2)": { PaddedMatrix(2, 3).matrix.transposed[0, 2] = 0 },
  "rows 1..<3 outside of a matrix of 2 rows": { _ = PaddedMatrix(2, 3).matrix.rows(1..<3) },
  "rows -1..<1 outside of a matrix of 2 rows": { _ = PaddedMatrix(2, 3).matrix.rows(-1..<1) },
  "rows 0..<4 outside of a matrix of 3 rows": { _ = PaddedMatrix(2, 3).matrix.columns(0..<4) },
  "copying a matrix (3, 2) into (2, 3)": {
    let padded = PaddedMatrix(2, 3)
    padded.matrix.copy(from: padded.matrix.transposed)
  },
  "5 floats for (2, 3)": { PaddedMatrix(2, 3).matrix.copy(from: [1, 2, 3, 4, 5]) },

  "a product of (2, 3) and (2, 3) does not fit (2, 3)": {
    let padded = PaddedMatrix(2, 3)
    MatrixEngine().multiply(padded.matrix, padded.matrix, into: padded.matrix)
  },
  "a product of factors in fp32 and bf16": {
    let memory = Buffer<Float>(
      repeating: 0, count: PairedMatrix.floats(depth: 3, columns: 2))
    let b = PairedMatrix(inPlaceOf: memory.vector, depth: 3, columns: 2)
    MatrixEngine().multiply(
      Operand(PaddedMatrix(2, 3).matrix), .pairs(b), into: Operand(PaddedMatrix(2, 2).matrix))
  },
  "a paired matrix needs 256 floats, not 3": {
    _ = PairedMatrix(inPlaceOf: three().vector, depth: 3, columns: 2)
  },
  "bias is (2, 1), expected (1, 2)": {
    MatrixEngine().multiply(
      PaddedMatrix(2, 3).matrix, PaddedMatrix(3, 2).matrix, into: PaddedMatrix(2, 2).matrix,
      bias: PaddedMatrix(2, 1).matrix)
  },
  "a product must be row-major": {
    MatrixEngine().multiply(
      PaddedMatrix(2, 3).matrix, PaddedMatrix(3, 2).matrix,
      into: PaddedMatrix(2, 2).matrix.transposed)
  },
  "a sum over positions needs row-major factors of one precision": {
    MatrixEngine().sumOverPositions(
      PaddedMatrix(3, 2).matrix, PaddedMatrix(2, 3).matrix.transposed,
      into: PaddedMatrix(2, 2).matrix)
  },
  "a gate needs the shape of the product and the precision of its factors": {
    let outputs = PaddedMatrix(2, 3)
    MatrixEngine().multiply(
      PaddedMatrix(2, 3).matrix, PaddedMatrix(3, 2).matrix, into: PaddedMatrix(2, 2).matrix,
      epilogue: .gate(Operand(outputs.matrix)))
  },

  "logits must be row-major": {
    BernoulliLikelihood.means(
      logits: PaddedMatrix(2, 3).matrix.transposed, into: PaddedMatrix(3, 2).matrix)
  },
  "logits is (2, 3), expected (2, 4)": {
    BernoulliLikelihood.forward(
      logits: PaddedMatrix(2, 3).matrix, pixels: PaddedMatrix(2, 4).matrix,
      loss: PaddedMatrix(2, 1).matrix)
  },
  "moments is (2, 4), expected (2, 6)": {
    let latents = PaddedMatrix(2, 3)
    GaussianSampler.forward(
      moments: PaddedMatrix(2, 4).matrix, noise: PaddedMatrix(2, 3).matrix,
      latents: latents.matrix, as: Operand(latents.matrix))
  },
  "noise is (2, 3), expected (1, 3)": {
    RandomStream(seed: 1, purpose: .training)
      .fillNormal(PaddedMatrix(2, 3).matrix, positions: 5..<6)
  },
  "image 1 is not among the bytes": {
    let (bytes, images) = ([UInt8](repeating: 0, count: 5), [UInt32(1)])
    let pixels = PaddedMatrix(1, 3)
    fillPixels(
      pixels.matrix, as: Operand(pixels.matrix), from: bytes.span, images: images.span)
  },
  "Adam needs as many gradients and moments as parameters": {
    let v = three().vector
    Adam().update(
      parameters: v, gradient: v, firstMoment: v[0..<2], secondMoment: v, step: 1)
  },
  "Adam counts steps from 1, not 0": {
    let v = three().vector
    Adam().update(parameters: v, gradient: v, firstMoment: v, secondMoment: v, step: 0)
  },
]

/// A mistake ends the program with its message.
@Test(arguments: mistakes.keys.sorted())
func mistake(_ message: String) async {
  let result = await #expect(
    processExitsWith: .failure, observing: [\.standardErrorContent]
  ) { [message] in mistakes[message]!() }
  let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(errors.contains("Fatal error: \(message)"))
}

private func three() -> Buffer<Float> { Buffer(repeating: 0, count: 3) }
