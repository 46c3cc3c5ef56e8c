@testable import Checkpoints
import Engine
import Platform
import Support
import Testing

/// YAML files of settings by strangers.
@Suite struct SettingsFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ text: String) throws -> String {
    try folder.file("config.yaml", Array(text.utf8))
  }

  @Test("values are texts, or lists of them")
  func entries() throws {
    let text = "\u{FEFF}epochs: 3\nhidden: [512, 256]\ninit: ~\nx: [[1]]\ndata: 'a & *b'\n"
    let entries = try SettingsFile(file(text)).entries
    #expect(entries.map(\.name) == ["epochs", "hidden", "init", "x", "data"])
    #expect(entries.map(\.value) == ["3", "512,256", nil, nil, "a & *b"])
    #expect(entries.map(\.line) == [1, 2, 3, 4, 5])
  }

  @Test(
    "what is no mapping of names to values is refused",
    arguments: ["", "- 1", "a: [", "a: 1\na: 2", "a", "\u{0}"])
  func others(_ text: String) throws {
    let path = try file(text)
    let failure = #expect(throws: Failure.self) { try SettingsFile(path) }
    #expect(failure?.code == .usage)
  }

  /// Thirty lines that would be a key of 2³⁰ parts, which are compared with the other keys.
  @Test(
    "aliases, a few of which stand for more than a computer can hold, are refused",
    .timeLimit(.minutes(1)))
  func aliases() throws {
    let lists = (1...30).map { "l\($0): &l\($0) [*l\($0 - 1), *l\($0 - 1)]\n" }.joined()
    let text = "l0: &l0 [a]\n\(lists)? *l30\n: 1\n? *l30\n: 2\n"
    let path = try file(text)
    let failure = #expect(throws: Failure.self) { try SettingsFile(path) }
    #expect(failure?.description.contains("anchors and their aliases (&name, *name)") == true)
    #expect(throws: YAMLText.Aliases.self) { try RunConfiguration(decoding: text) }
    #expect(Recipe(inConfiguration: path) == nil)
    #expect(throws: YAMLText.Aliases.self) { try YAMLText("a: &b c\nd: [*b]") }
    #expect(throws: YAMLText.Aliases.self) { try YAMLText("a: &b c\nd: [*b:, *b?]") }
    for harmless in ["a: &b c", "a: '*b'", "a: b & c * d", "a: &b &c"] {
      _ = try YAMLText(harmless)
    }
  }

  @Test("a recipe that cannot be is none")
  func recipes() throws {
    let text = try RunConfiguration(data: "mnist").text
    #expect(try Recipe(inConfiguration: file(text)) == Recipe())
    for line in [
      "latent: 0", "latent: -3", "latent: x", "hidden: 9223372036854775807", "beta: .nan",
    ] {
      let name = line.prefix { $0 != " " }
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix(name) } + ["\(line)\n"]
      #expect(try Recipe(inConfiguration: file(lines.joined(separator: "\n"))) == nil, "\(line)")
    }
    #expect(Recipe(inConfiguration: folder.path("other.yaml")) == nil)
  }
}
