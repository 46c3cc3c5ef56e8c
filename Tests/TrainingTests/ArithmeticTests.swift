import Foundation
import Kernels
import Support
import Testing

@testable import Training

/// What ranks find out about their instructions, and what is said of them.
@Suite struct ArithmeticTests {
  /// The set of a processor with `flags` and a limit in the environment.
  private func own(_ flags: String, _ environment: [String: String] = [:]) throws -> InstructionSet?
  {
    let folder = try TemporaryFolder()
    let proc = folder.url.appendingPathComponent("proc")
    try FileManager.default.createDirectory(at: proc, withIntermediateDirectories: true)
    let record = "processor\t: 0\nflags\t\t: \(flags)\n\nprocessor\t: 1\nflags\t\t: none\n\n"
    try Data(record.utf8).write(to: proc.appendingPathComponent("cpuinfo"))
    return InstructionSet.own(root: folder.url.path) { environment[$0] }
  }

  private static let avx2 = "fpu sse4_1 avx avx2 fma"
  private static let avx512 = "\(avx2) avx512f avx512bw avx512vl avx512dq"

  @Test(
    "a rank's own instructions follow from flags and environment",
    arguments: [
      (avx2, [:], .avx2), (avx512, [:], .avx512), ("\(avx2) avx_vnni", [:], .avx2VNNI),
      ("\(avx512) avx512_vnni avx512_bf16 avx_vnni", [:], .avx512BF16),
      (avx512, ["ONEDNN_MAX_CPU_ISA": "avx2"], .avx2),
      (avx2, ["DNNL_MAX_CPU_ISA": "AVX512_CORE_BF16"], .avx2),
      ("\(avx2) avx_vnni", ["DNNL_MAX_CPU_ISA": "AVX512_CORE"], .avx2),
      (avx2, ["DNNL_MAX_CPU_ISA": "SSE41", "ONEDNN_MAX_CPU_ISA": "AVX"], .avx),
      (avx2, ["ONEDNN_MAX_CPU_ISA": "ALL"], .avx2), (avx2, ["ONEDNN_MAX_CPU_ISA": "?"], .avx2),
      ("half thumb", [:], nil),
    ] as [(String, [String: String], InstructionSet?)])
  func own(flags: String, environment: [String: String], set: InstructionSet?) throws {
    #expect(try own(flags, environment) == set)
  }

  /// oneDNN was asked by other tests of this process, or is here.
  @Test("oneDNN uses what is foretold here")
  func foretold() throws {
    let own = try #require(InstructionSet.own(), "no x86")
    #expect(InstructionSet.effective == own || own == .amx, "\(own)")
  }

  @Test("a checkpoint is gone on with alike, or a sentence tells")
  func warning() throws {
    let lesser = Arithmetic(instructions: "AVX2", hash: "1")
    let larger = Arithmetic(instructions: "AVX512_CORE_BF16", hash: "2")
    #expect(lesser.warning(goingOnAs: lesser) == nil)
    let up = try #require(lesser.warning(goingOnAs: larger))
    #expect(up.contains("made with AVX2, ") && up.contains("; with ONEDNN_MAX_CPU_ISA=AVX2 "))
    let down = try #require(larger.warning(goingOnAs: lesser))
    #expect(down.contains("may differ") && !down.contains("ONEDNN_MAX_CPU_ISA"))
    var other = lesser
    other.hash = "3"
    #expect(try #require(lesser.warning(goingOnAs: other)).contains("other bits"))
  }

  @Test(
    "those who differ from most, or from the first, are found",
    arguments: [
      ([1], []), ([1, 1, 1], []), ([1, 2], [1]), ([2, 1, 1], [0]), ([1, 1, 2, 2], [2, 3]),
      ([3, 1, 1, 1, 2], [0, 4]), ([1, 2, 3], [1, 2]), ([], []),
    ] as [([Int], [Int])])
  func dissent(values: [Int], places: [Int]) {
    #expect(Dissent.places(in: values) == places)
  }

  @Test("hosts are told in one line, however many")
  func hosts() {
    #expect(
      Reproducibility.limitation(.avx2, ["a", "b"]).contains("AVX2, which is all that a, b "))
    #expect(!Reproducibility.limitation(.avx2, []).contains("which is"))
    let warnings = Reproducibility.warnings(
      keepsBits: true, isUniform: true, unlike: (0..<9).map { "host\($0)" })
    #expect(warnings.count == 1 && warnings[0].contains("host3 and 5 other hosts have other bits"))
    #expect(
      ReplicaComparison.sentence(7, ["rank 1 on a"], isKnown: true).contains(
        "step 7: the parameters of rank 1 on a are not"))
  }
}
