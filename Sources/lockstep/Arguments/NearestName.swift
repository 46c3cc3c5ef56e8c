/// The name that a mistyped word may mean.
struct NearestName {
  /// The nearest of the candidates; nil where none is near enough.
  let name: String?

  /// Looks for the candidate from which `word` differs in the fewest letters: in three at most, and
  /// in fewer than half of the word's letters.
  init(to word: String, among candidates: [String]) {
    name =
      candidates.map { ($0, Self.distance(word, $0)) }
      .filter { $0.1 <= min(3, (word.count - 1) / 2) }
      .min { $0.1 < $1.1 }?.0
  }

  /// The number of letters to insert, remove or replace: V. I. Levenshtein, "Binary codes capable
  /// of correcting deletions, insertions and reversals", 1966; the table of R. A. Wagner and M. J.
  /// Fischer, 1974.
  static func distance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }
}
