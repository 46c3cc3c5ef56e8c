import Kernels
import Testing

@Suite struct VectorTests: ~Copyable {
  let buffer = Buffer<Float>(repeating: 0, count: 6)

  /// Views 0, 1, … 5.
  private var vector: Vector {
    for index in 0..<6 { buffer.vector[index] = Float(index) }
    return buffer.vector
  }

  @Test func parts() {
    let part = vector[2..<5]
    #expect(part.count == 3)
    #expect((part[0], part[1], part[2]) == (2, 3, 4))
    part[0] = 9
    #expect(buffer.vector[2] == 9)
    #expect(vector[6..<6].count == 0)
  }

  @Test func fillAndCopy() {
    vector[1..<3].fill(-1)
    #expect(buffer.elements == [0, -1, -1, 3, 4, 5])
    let other = Buffer<Float>(repeating: 7, count: 2)
    vector[4..<6].copy(from: other.vector)
    #expect(buffer.elements == [0, 1, 2, 3, 7, 7])
  }

  @Test(
    "finite is every number but infinities and NaNs",
    arguments: [0, 4, 5],
    [
      (Float.greatestFiniteMagnitude, true), (-.greatestFiniteMagnitude, true),
      (.leastNonzeroMagnitude, true), (-0.0, true), (.infinity, false), (-.infinity, false),
      (.nan, false), (-.nan, false), (.signalingNaN, false),
    ])
  func finiteness(index: Int, value: (Float, Bool)) {
    let vector = vector
    vector[index] = value.0
    let isFinite = vector.isFinite
    #expect(isFinite == value.1)
    #expect(vector[1..<1].isFinite)
  }

  @Test func matrices() {
    #expect(vector.matrix(rows: 2, columns: 3).elements == [0, 1, 2, 3, 4, 5])
    #expect(vector.matrix(at: 1, rows: 2, columns: 2, stride: 3).elements == [1, 2, 4, 5])
    // The last row needs no padding behind it.
    #expect(vector.matrix(at: 3, rows: 2, columns: 1, stride: 2).elements == [3, 5])
    #expect(vector.matrix(at: 6, rows: 0, columns: 4).elements.isEmpty)
    #expect(vector.matrix(rows: 4, columns: 0).elements.isEmpty)
  }

  @Test func ofForeignMemory() {
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
    defer { memory.deallocate() }
    let view = Vector(memory)
    view.fill(4)
    #expect(view.count == 2)
    #expect(Array(memory) == [4, 4])
  }

  @Test func asSpan() {
    struct Failure: Error {}
    let count = vector.withMutableSpan { span in
      span[5] = 50
      return span.count
    }
    #expect(count == 6)
    #expect(buffer.vector[5] == 50)
    #expect(throws: Failure.self) {
      try buffer.vector.withMutableSpan { _ throws(Failure) in throw Failure() }
    }
  }
}

extension Buffer<Float> {
  /// The elements, copied.
  var elements: [Float] { vector.matrix(rows: 1, columns: count).elements }
}
