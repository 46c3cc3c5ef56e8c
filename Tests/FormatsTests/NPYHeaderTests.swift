import Formats
import Support
import Testing

/// Headers of NPY files, as NumPy writes them and as it does not.
@Suite struct NPYHeaderTests {
  private func read(_ bytes: [UInt8]) throws -> NPYHeader {
    var rest = bytes[...]
    struct End: Error {}
    return try NPYHeader { count in
      guard rest.count >= count else { throw End() }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }

  private func header(_ entries: String, version: UInt8 = 1) throws -> NPYHeader {
    try read(npy(header: entries, version: version))
  }

  @Test(
    arguments: [
      ("|b1", .boolean, 1, false), ("|u1", .unsigned, 1, false), ("<i8", .signed, 8, false),
      (">f4", .float, 4, true), ("<f2", .float, 2, false), ("=f8", .float, 8, false),
      ("f8", .float, 8, false),
    ] as [(String, NPYHeader.Kind, Int, Bool)])
  func elements(type: String, kind: NPYHeader.Kind, size: Int, isBigEndian: Bool) throws {
    let found = try header(
      "{'descr': '\(type)', 'fortran_order': False, 'shape': (3, 28, 28), }     \n")
    #expect((found.kind, found.elementSize, found.isBigEndian) == (kind, size, isBigEndian))
    #expect(found.shape == [3, 28, 28] && !found.isFortranOrder)
  }

  /// Other orders and quotes, no space, one element, none, Python 2's long numbers, later versions.
  @Test(
    arguments: [
      ("{'shape':(5,),'fortran_order':True,\"descr\":\"<f4\"}", [5]),
      ("{'descr': '<f4', 'fortran_order': True, 'shape': ()}", []),
      ("{'descr': '<f4', 'fortran_order': True, 'shape': (2L, 3L)}", [2, 3]),
      ("\n\t {'descr': '<f4', 'fortran_order': True, 'shape': (0, 3)} \n", [0, 3]),
    ], [1, 2, 3] as [UInt8])
  func spellings(written: (text: String, shape: [Int]), version: UInt8) throws {
    let found = try header(written.text, version: version)
    #expect(found.shape == written.shape && found.isFortranOrder)
  }

  @Test(arguments: [
    "", "{}", "{'descr': '<f4', 'fortran_order': False}", "__import__('os').system('true')",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': (1,)}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<f4', 'fortran_order': false, 'shape': (3,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3.0,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2*2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} + {}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)",
    "{'descr': '<f4' 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (3,)}",
  ]) func foreign(text: String) {
    let problem = #expect(throws: NPYHeader.Problem.self) { try header(text) }
    #expect(problem?.text == "the header of this NumPy array is not one that NumPy writes")
  }

  /// Pickles are never read: they are programs.
  @Test(
    arguments: [
      ("'|O'", "this NumPy array holds Python objects, which are programs and are not read"),
      ("[('x', '<f4'), ('y', '|O')]", "the elements of this NumPy array are records"),
      ("'<U5'", "are of type <U5, which is no number from 0 to 255"),
      ("'<c8'", "are of type <c8"), ("'<f16'", "are of type <f16"), ("'<u3'", "are of type <u3"),
      ("'<M8[s]'", "are of type <M8[s]"), ("''", "are of type ,"), ("'<'", "are of type <,"),
    ]) func refused(type: String, words: String) throws
  {
    let problem = try #require(throws: NPYHeader.Problem.self) {
      try header("{'descr': \(type), 'fortran_order': False, 'shape': (3,), }")
    }
    #expect(problem.text.contains(words), "\(problem)")
    #expect(problem.advice != nil)
  }

  @Test func preambles() throws {
    let good = npy([3], [])
    let magic = Array(good[..<6])
    let cases: [(bytes: [UInt8], words: String)] = [
      ([UInt8](repeating: 1, count: 20), "no NumPy array"),
      (magic + [9, 0] + good[8...], "version of this NumPy array is 9"),
      (npy(header: String(repeating: " ", count: 10_001)), "has 10001 bytes"),
      (magic + [2, 0, 255, 255, 255, 255], "has 4294967295 bytes"),
    ]
    for (bytes, words) in cases {
      let problem = try #require(throws: NPYHeader.Problem.self) { try read(bytes) }
      #expect(problem.text.contains(words), "\(problem)")
    }
  }
}
