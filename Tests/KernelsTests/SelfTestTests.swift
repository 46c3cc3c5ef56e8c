import Testing

@testable import Kernels

/// The test at the start of a run that a row's bits are the same in panels of any height.
@Suite struct SelfTestTests {
  /// Products of the default model, forward and back, and some whose columns fill no block.
  static let sizes = [
    (784, 400, false), (400, 40, false), (20, 400, false), (400, 784, false), (784, 400, true),
    (400, 20, true), (40, 400, true), (785, 401, false), (401, 113, true), (33, 17, false),
  ].map { RowPanels.ProductSize(inner: $0.0, columns: $0.1, isTransposed: $0.2) }

  @Test(
    "the rule of RowPanels keeps bits on this processor",
    arguments: Precision.allCases.filter(\.isAvailable))
  func holds(precision: Precision) {
    #expect(RowPanels.keepBits(Self.sizes, precision, MatrixEngine()))
  }

  /// Single rows meet other kernels, on processors with AVX2 and no more.
  @Test(
    "panels that break the rule are found out",
    .enabled(if: InstructionSet.effective == .avx2, "other kernels do not care"),
    arguments: [[0..<1, 1..<71], [70..<71]])
  func fails(cuts: [Range<Int>]) {
    #expect(!RowPanels.keepBits(Self.sizes, cuts, .fp32, MatrixEngine()))
  }

  @Test("sets of instructions hold the smaller ones, and have names")
  func instructionSets() {
    let rising: [InstructionSet] = [
      .sse41, .avx, .avx2, .avx512, .avx512VNNI, .avx512BF16, .amx,
    ]
    for (number, set) in rising.enumerated() {
      #expect(rising[...number].allSatisfy { set.contains($0) })
      #expect(!rising[(number + 1)...].contains { set.contains($0) })
      #expect(set.hasBF16 == (number >= 5))
    }
    #expect(Set(rising.map(\.description)).count == rising.count)
    #expect(InstructionSet(rawValue: 0).description == "the processor's own")
  }
}
