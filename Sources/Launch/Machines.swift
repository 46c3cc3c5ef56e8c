internal import FoundationEssentials
internal import Platform
internal import Ranks

/// The machines of a job, in the order in which ranks fill them, and which of them are left out.
package struct Machines: Equatable, Sendable {
  /// Where a user has named them.
  enum Source: Equatable, Sendable {
    /// Nowhere: this machine alone.
    case none
    /// In a hostfile, of which these are the lines.
    case file([String])
    /// In a list, as in `left:2,right:2`, or by Slurm.
    case list
  }

  /// A machine, or a part of its slots.
  struct Entry: Equatable, Sendable {
    let host: String
    /// How many ranks it is for; nil where that is left to the launcher.
    let slots: Int?
    /// What the user has written.
    let text: String
  }

  let source: Source
  let entries: [Entry]

  /// The names of those that are left out.
  private(set) var lost: Set<String> = []

  /// This machine alone.
  package static let none = Machines(source: .none, entries: [])

  /// The machines of a list, as in `left:2,right:2`.
  package init(list: String) {
    self.init(source: .list, entries: list.split(separator: ",").compactMap { Self.entry($0) })
  }

  /// The machines of the hostfile at `path`, of Open MPI's kind (`left slots=2`) or of MPICH's (`left:2`).
  ///
  /// - Throws: `FileError` where it cannot be read.
  package init(file path: String) throws {
    let lines = try FileSystem.read(path, atMost: 1 << 24).split(separator: "\n").map(String.init)
    self.init(source: .file(lines), entries: lines.compactMap { Self.entry($0) })
  }

  private init(source: Source, entries: [Entry]) {
    (self.source, self.entries) = (source, entries)
  }

  /// The machine that `text` names; nil where it names none.
  private static func entry(_ text: some StringProtocol) -> Entry? {
    let words = text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
    guard let name = words.first else { return nil }
    let parts = name.split(separator: ":", maxSplits: 1)
    let slots =
      words.first { $0.hasPrefix("slots=") }.map { $0.dropFirst("slots=".count) }
      ?? parts.dropFirst().first
    // user@host
    guard let host = parts.first?.split(separator: "@").last else { return nil }
    return Entry(host: String(host), slots: slots.flatMap { Int($0) }, text: String(text))
  }
}

extension Machines {
  /// Whether the job is on this machine alone.
  var isLocal: Bool { source == .none }

  /// Whether this machine is among those that are not left out, by its name, with its domain or without, or
  /// one of its addresses.
  var includesThis: Bool {
    let name = HostName.own
    let own =
      ["localhost", "127.0.0.1", name, String(name.prefix { $0 != "." })]
      + NetworkInterface.all.map(\.address)
    return left.contains { own.contains($0) || $0.prefix { $0 != "." } == name }
  }

  /// The names of all machines, each once.
  var hosts: [String] {
    var seen: Set<String> = []
    return entries.map(\.host).filter { seen.insert($0).inserted }
  }

  /// The names of the machines that are not left out.
  var left: [String] { hosts.filter { !lost.contains($0) } }

  /// Leaves out the machines `silent`, and takes in all others again.
  func without(_ silent: [String]) -> Machines {
    var machines = self
    machines.lost = Set(silent).intersection(hosts)
    return machines
  }

  /// How many of `wanted` ranks there are on the machines that are not left out; nil, for as many as there
  /// are slots, where `wanted` is nil.
  ///
  /// Without a machine its slots are missing, and ranks as far as they have no slot then. Where the launcher
  /// alone knows the slots, machines count alike.
  func ranks(of wanted: Int?) -> Int? {
    guard let wanted else { return nil }
    guard !lost.isEmpty else { return wanted }
    let there = entries.filter { !lost.contains($0.host) }
    let slots = there.compactMap(\.slots)
    guard slots.count < there.count else { return min(wanted, slots.reduce(0, +)) }
    return wanted * left.count / hosts.count
  }

  /// Why `launcher` would not start so many `wanted` ranks here, in one sentence; nil where it would.
  func problem(of wanted: Int?, _ launcher: MPILauncher) -> Sentence? {
    guard !isLocal, let wanted, let slots, slots < wanted, launcher.isOpenMPI, !launcher.mayCrowd
    else {
      return nil
    }
    return
      "\(Wording.count(wanted, "rank")) are more than the machines have slots, \(slots): ask for fewer, or name more "
      + "slots, as in left:2 or left slots=2"
  }

  /// How many slots the machines that are not left out have; nil where the launcher alone knows.
  var slots: Int? {
    let slots = entries.filter { !lost.contains($0.host) }.map(\.slots)
    return slots.contains(nil) ? nil : slots.compactMap(\.self).reduce(0, +)
  }

  /// The list of the machines that are not left out.
  var list: String {
    entries.filter { !lost.contains($0.host) }.map(\.text).joined(separator: ",")
  }

  /// The text of a hostfile of the machines that are not left out; nil where none was given.
  var file: String? {
    guard case .file(let lines) = source else { return nil }
    let kept = lines.filter { line in Self.entry(line).map { !lost.contains($0.host) } ?? true }
    return kept.map { "\($0)\n" }.joined()
  }
}

extension Machines {
  /// The nodes of the Slurm allocation that `environment` tells of; nil where it tells of none.
  package init?(slurm environment: [String: String]) {
    guard let nodes = environment["SLURM_JOB_NODELIST"] else { return nil }
    let hosts = Self.expand(nodes[...])
    let tasks = Self.counts(environment["SLURM_TASKS_PER_NODE"] ?? "")
    guard !hosts.isEmpty else { return nil }
    let entries = hosts.enumerated().map { number, host in
      let slots = number < tasks.count ? tasks[number] : 1
      return Entry(host: host, slots: slots, text: "\(host):\(slots)")
    }
    self.init(source: .list, entries: entries)
  }

  /// The names that Slurm writes as in `login,node[01-03,7]`.
  private static func expand(_ list: Substring) -> [String] {
    var (names, rest) = ([""], list)
    var whole: [String] = []
    while let letter = rest.popFirst() {
      switch letter {
      case ",":
        whole += names
        names = [""]
      case "[":
        let ranges = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(ranges.count + 1)
        let numbers = ranges.split(separator: ",").flatMap(Self.range)
        names = names.flatMap { name in numbers.map { name + $0 } }
      default: names = names.map { $0 + String(letter) }
      }
    }
    return (whole + names).filter { !$0.isEmpty }
  }

  /// The numbers from 01 to 03 of `01-03`, each with as many digits as the first.
  private static func range(_ text: Substring) -> [String] {
    let ends = text.split(separator: "-")
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first <= last else {
      return [String(text)]
    }
    return (first...last).map { number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, ends[0].count - digits.count)) + digits
    }
  }

  /// The numbers that Slurm writes as in `2(x3),1`.
  private static func counts(_ text: String) -> [Int] {
    text.split(separator: ",").flatMap { part -> [Int] in
      let words = part.split { "(x)".contains($0) }
      guard let count = words.first.flatMap({ Int($0) }) else { return [] }
      return Array(repeating: count, count: words.dropFirst().first.flatMap { Int($0) } ?? 1)
    }
  }
}
