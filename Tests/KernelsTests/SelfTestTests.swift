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
    #expect(RowPanels.examine(Self.sizes, precision, MatrixEngine()).keepsBits)
  }

  /// Single rows meet other kernels, on processors with AVX2 and no more.
  @Test(
    "panels that break the rule are found out",
    .enabled(if: InstructionSet.effective == .avx2, "other kernels do not care"),
    arguments: [[0..<1, 1..<71], [70..<71]])
  func fails(cuts: [Range<Int>]) {
    #expect(!RowPanels.examine(Self.sizes, [], cuts, .fp32, MatrixEngine()).keepsBits)
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

  @Test("the hash is that of these products, time and again")
  func hash() {
    func hash(_ count: Int, gradients: [RowPanels.GradientSize] = []) -> UInt64 {
      RowPanels.examine(
        Array(Self.sizes[..<count]), gradients: gradients, .fp32, MatrixEngine()
      ).hash
    }
    let gradient = RowPanels.GradientSize(samples: 128, inputs: 61, columns: 40)
    #expect(hash(3) == hash(3))
    #expect(Set([hash(0), hash(1), hash(2), hash(2, gradients: [gradient])]).count == 4)
    // Nothing at all: FNV-1a's offset basis.
    #expect(hash(0) == 0xcbf2_9ce4_8422_2325)
  }

  @Test("every set has a setting that stands for it")
  func settings() {
    for setting in ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_BF16"] {
      #expect(InstructionSet(setting: setting)?.setting == setting)
      #expect(InstructionSet(setting: setting.lowercased())?.setting == setting)
    }
    #expect(InstructionSet(setting: "ALL") == nil)
    #expect(InstructionSet(rawValue: 0).largestKnown == nil)
    // What two that do not hold one another have in common is a set, too.
    let bits = InstructionSet.avx2VNNI.rawValue & InstructionSet.avx512BF16.rawValue
    #expect(InstructionSet(rawValue: bits).largestKnown == .avx2)
  }
}
