import Kernels
import Testing

@Suite struct PhiloxTests {
  struct KnownAnswer: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let words: SIMD4<UInt32>
  }

  /// `philox4x32 10` in the file `kat_vectors` of Random123, the authors' library.
  @Test(arguments: [
    KnownAnswer(
      counter: .zero, key: .zero,
      words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    KnownAnswer(
      counter: .init(repeating: .max), key: .init(repeating: .max),
      words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    KnownAnswer(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
      key: [0xa409_3822, 0x299f_31d0],
      words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ])
  func knownAnswer(_ answer: KnownAnswer) {
    #expect(Philox.block(counter: answer.counter, key: answer.key) == answer.words)
  }

  /// Seed, purpose, epoch and position each have their place in key and counter.
  @Test func words() {
    let stream = RandomStream(seed: 0x299f_31d0_a409_3822, purpose: .training, epoch: 7)
    let expected = Philox.block(
      counter: [5, 9, 7, RandomStream.Purpose.training.rawValue], key: [0xa409_3822, 0x299f_31d0])
    #expect(stream.words(position: 9, block: 5) == expected)
  }
}
