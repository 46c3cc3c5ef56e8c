import Foundation
import Support
import Testing

/// The pages of the documentation: their programs run, and their table of functions is complete.
@Suite struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../..").standardizedFileURL

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func names(_ folder: String, _ suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      .filter { $0.hasSuffix(suffix) }.sorted()
  }

  private static let programs = ["AllReduce", "Hello", "Overlap", "Ring", "Sharing"]

  /// The line that a program prints on `ranks` ranks; nil for an unknown program.
  private static func line(_ program: String, _ ranks: Int) -> String? {
    let mean = Float(ranks - 1) / 2
    switch program {
    case "AllReduce": return "\(ranks) ranks: mean gradient \(mean) … \(mean + 999)"
    case "Overlap": return "\(Double(ranks) / 2) from all ranks, and meanwhile 5050"
    case "Hello":
      let sum = ranks * (ranks - 1) / 2
      return "the numbers of \(ranks) ranks add up to \(sum); all are ready: true"
    case "Ring": return "the numbers of \(ranks) ranks add up to \(ranks * (ranks - 1) / 2)"
    case "Sharing":
      let last = 4 * ranks - 1
      return "\(last + 1) squares, the last is \(last * last)"
    default: return nil
    }
  }

  @Test("programs do what the text says", arguments: programs, 1...3)
  func runs(program: String, ranks: Int) throws {
    let outcome = try Command.mpirun(
      ranks: ranks, "mpi-tutorial", [program], environment: Probe.environment
    ).run(seconds: 120)
    #expect(outcome.status == 0, "\(outcome.reported)")
    let printed = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(printed == Self.line(program, ranks))
  }

  /// On the pages, a comment with the name of a program precedes its source.
  @Test("the programs on the pages are those that are run")
  func shown() throws {
    var shown: [String] = []
    for page in try Self.names("Sources/MPI/MPI.docc", ".md") {
      let blocks = try Self.text("Sources/MPI/MPI.docc/\(page)").matches(
        of: /<!-- (\w+) -->\n```swift\n((?s:.*?))```/)
      for block in blocks {
        let program = try Self.text("Tests/Probes/MPITutorial/\(block.1).swift")
        #expect(block.2 == program, "\(page) has another source of \(block.1)")
        shown.append(String(block.1))
      }
    }
    #expect(shown.sorted() == Self.programs)
  }

  @Test("the table has every function that is called, and no other")
  func coverage() throws {
    // In Swift, a call of the initialiser of a C type looks like the call of a function.
    let types = [
      "Comm", "Datatype", "Info", "Message", "Request", "Status", "T_cvar_handle", "T_enum", "Win",
    ]
    var called: Set<String> = []
    let sources = try Self.names("Sources/MPI", ".swift").map { "Sources/MPI/\($0)" }
    let headers = try Self.names("Sources/CMPI", ".h").map { "Sources/CMPI/\($0)" }
    for path in sources + headers + ["Sources/CMPICHLauncher/launcher.c"] {
      for call in try Self.text(path).matches(of: /\bMPI_([A-Z][a-z_A-Z]*)\(/) {
        called.insert(String(call.1))
      }
    }
    let table = try Self.text("Sources/MPI/MPI.docc/Coverage.md")
      .matches(of: /`MPI_([A-Z][a-z_A-Z]*)`/).map { String($0.1) }
    #expect(Set(table).count == table.count, "a function is listed twice")
    #expect(called.subtracting(types).subtracting(table).sorted() == [])
    #expect(Set(table).subtracting(called).sorted() == [])
  }
}
