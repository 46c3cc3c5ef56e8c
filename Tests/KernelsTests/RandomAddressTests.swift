import Kernels
import Testing

/// A draw depends on its address and on nothing else.
@Suite struct RandomAddressTests {
  private func uniforms(_ stream: RandomStream, position: Int = 0, count: Int = 10) -> [Float] {
    let buffer = Buffer<Float>(repeating: .nan, count: count)
    stream.fillUniform(buffer.vector, position: position, from: 0, to: 1)
    return buffer.elements
  }

  private func normals(
    _ stream: RandomStream, positions: Range<Int> = 0..<1, count: Int = 10
  ) -> [Float] {
    let padded = PaddedMatrix(positions.count, count, padding: 3)
    stream.fillNormal(padded.matrix, positions: positions)
    return padded.matrix.elements
  }

  @Test func sameAddressSameDraw() {
    let stream = RandomStream(seed: 3, purpose: .training, epoch: 4)
    #expect(uniforms(stream) == uniforms(RandomStream(seed: 3, purpose: .training, epoch: 4)))
    #expect(normals(stream) == normals(RandomStream(seed: 3, purpose: .training, epoch: 4)))
  }

  /// Ten addresses that differ in one part: purpose, either half of the seed, epoch or position.
  private var addresses: [(stream: RandomStream, position: Int)] {
    typealias Purpose = RandomStream.Purpose
    let purposes = [Purpose.initialization, .order, .training, .evaluation, .generation]
    return purposes.map { (RandomStream(seed: 1, purpose: $0), 0) } + [
      (RandomStream(seed: 2, purpose: .training), 0),
      (RandomStream(seed: 1 << 32 + 1, purpose: .training), 0),
      (RandomStream(seed: 1, purpose: .training, epoch: 1), 0),
      (RandomStream(seed: 1, purpose: .training), 1),
      (RandomStream(seed: 1, purpose: .training), 59_999),
    ]
  }

  @Test func otherAddressOtherDraw() {
    let uniform = addresses.flatMap { uniforms($0.stream, position: $0.position) }
    #expect(Set(uniform).count == 100)
    let normal = addresses.flatMap {
      normals($0.stream, positions: $0.position..<$0.position + 1)
    }
    #expect(Set(normal).count == 100)
  }

  @Test(arguments: 0...9)
  func prefixes(count: Int) {
    let stream = RandomStream(seed: 1, purpose: .evaluation)
    #expect(uniforms(stream, count: count) == Array(uniforms(stream).prefix(count)))
    #expect(normals(stream, count: count) == Array(normals(stream).prefix(count)))
  }

  @Test func anyRowsInAnyOrder() {
    let stream = RandomStream(seed: 1, purpose: .training, epoch: 2)
    let all = normals(stream, positions: 100..<107, count: 5)
    for cut in 100...107 {
      let behind = normals(stream, positions: cut..<107, count: 5)
      let before = normals(stream, positions: 100..<cut, count: 5)
      #expect(before + behind == all)
    }
  }

  @Test func onlyTheMatrixIsWritten() {
    let padded = PaddedMatrix(3, 6, padding: 2)
    RandomStream(seed: 1, purpose: .training).fillNormal(padded.matrix, positions: 4..<7)
    #expect(padded.matrix.elements.allSatisfy { $0.isFinite })
    let isIntact = padded.surroundingsAreIntact()
    #expect(isIntact)
  }
}
