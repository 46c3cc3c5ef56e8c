import Foundation
@testable import Platform
import Testing

/// Sentences that each program words for its users.
@Suite struct SentenceTests {
  private static let typed = Vocabulary(
    setting: { name, value in "--\(name)\(value.map { " \($0)" } ?? "")" },
    command: { "program \($0)" })

  private let sentence: Sentence =
    "a\(1): \(command: "train") \(setting: .run, "NEW") with " + "\(setting: .hidden) \(2)"

  @Test("settings and commands are told by their names, or as a program words them")
  func wording() {
    #expect(sentence.description == "a1: train run NEW with hidden 2")
    #expect(sentence.text(in: Self.typed) == "a1: program train --run NEW with --hidden 2")
  }

  @Test("a sentence within another, or of an error, keeps what it refers to")
  func nesting() {
    let failure = Failure(.usage, "x: \(setting: .data)")
    let outer: Sentence =
      "\(failure); \(failure as any Error); \(sentence)"
    #expect(
      outer.text(in: Self.typed)
        == "x: --data; x: --data; a1: program train --run NEW with --hidden 2")
    let error = FileError.malformed("/a", problem: "it is empty", advice: "write it again")
    #expect(Sentence(of: error) == "/a: it is empty; write it again")
  }

  @Test("sentences of the same pieces are the same however they were put together")
  func equality() {
    #expect("a\("b")c" as Sentence == "abc")
    #expect("a" + "b" as Sentence == Sentence("ab"))
    #expect("\(setting: .run)" as Sentence != "run")
    #expect("\(setting: .run)" as Sentence != "\(setting: .run, "a")")
  }

  @Test("a failure survives the way to another rank, and is text for an encoder with a vocabulary")
  func coding() throws {
    let bytes = try JSONEncoder().encode(Failure(.usage, sentence))
    let failure = try JSONDecoder().decode(Failure.self, from: bytes)
    #expect(failure.code == .usage && failure.sentence == sentence)
    let encoder = JSONEncoder()
    encoder.userInfo[Vocabulary.key] = Self.typed
    #expect(
      String(decoding: try encoder.encode([sentence]), as: UTF8.self)
        == #"["a1: program train --run NEW with --hidden 2"]"#)
  }
}
