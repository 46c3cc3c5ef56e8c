import CFuzz
import Images
import Platform

/// A parser of foreign bytes, and what must hold whatever the bytes are.
///
/// Beside the claims of `readers`, which are preconditions, these hold for every target: no trap, no hang, no
/// error but one about the input, and no more memory than the bytes can justify.
struct FuzzTarget: Sendable {
  /// The name that scripts/fuzz knows it by, and the folder of its seeds.
  let name: String
  /// How much memory a reader may take.
  let memory: Memory
  /// The ways to read an input; each throws as the parser does.
  let readers: [@Sendable (FuzzInput) throws -> Void]

  /// A bound of memory.
  struct Memory: Sendable {
    /// The bytes that a byte of input may cost.
    let each: Int
    /// The bytes that any input may cost: buffers, tables, what is made once.
    var always = 1 << 20
  }

  init(_ name: String, _ memory: Memory, _ readers: @Sendable (FuzzInput) throws -> Void...) {
    (self.name, self.memory, self.readers) = (name, memory, readers)
  }

  /// Tries one input.
  func test(_ bytes: UnsafeRawBufferPointer) {
    let input = FuzzInput(bytes: Array(bytes))
    for reader in readers {
      CFuzz_begin()
      do { try reader(input) } catch {
        let failure = Failure(error)
        claim(
          [.badData, .usage].contains(failure.code) || (error as? DataError)?.kind == .missing,
          "an error that is not about the input: \(error)")
        // Sentences quote what was found.
        claim(!failure.description.isEmpty, "an error without a sentence")
      }
      let (taken, limit) = (CFuzz_peak(), bytes.count * memory.each + memory.always)
      claim(
        taken <= limit, "\(bytes.count) bytes took \(taken) bytes of memory, more than \(limit)")
    }
  }
}
