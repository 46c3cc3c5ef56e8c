internal import Glibc

/// A process of this machine, which its id and the time of its start tell from all others: proc(5).
package struct SystemProcess: Hashable, Sendable {
  /// The process's number.
  package let id: Int32

  /// The name of its program, of which the kernel keeps 15 bytes.
  package let name: String

  /// The number of its parent.
  package let parent: Int32

  /// When it began, in ticks of the clock since the machine's start.
  package let start: Int

  /// What its main thread did when it was asked for.
  package let state: State

  /// What a process does.
  package enum State: Sendable {
    /// It runs, or waits for a core.
    case running
    /// It waits for something that a signal may interrupt.
    case asleep
    /// It waits for a device, such as the disk of a file server: no signal reaches it.
    case inDevice
    /// A signal has stopped it, as SIGSTOP or a terminal's does.
    case stopped
    /// A debugger has stopped it.
    case traced
    /// It has ended; it may wait for its parent to ask how.
    case ended

    fileprivate init(letter: Substring) {
      switch letter {
      case "R": self = .running
      case "D": self = .inDevice
      case "T": self = .stopped
      case "t": self = .traced
      case "Z", "X", "x": self = .ended
      default: self = .asleep
      }
    }
  }

  /// The name of a process that runs the program at `path`.
  package static func name(ofProgram path: String) -> String {
    String(decoding: (path.split(separator: "/").last ?? "").utf8.prefix(15), as: UTF8.self)
  }

  /// The process with this `id`; nil where there is none.
  package init?(_ id: Int32) {
    guard let text = try? FileSystem.read("/proc/\(id)/stat") else { return nil }
    self.init(id, text)
  }

  /// Reads the process `id` from `text`, the contents of its file "/proc/pid/stat": id (name) state parent …
  /// start, where start is field 22. Nil where `text` is something else.
  init?(_ id: Int32, _ text: String) {
    guard let open = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), open < end
    else { return nil }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 20, let parent = Int32(fields[2]), let start = Int(fields[20])
    else { return nil }
    (self.id, self.parent, self.start) = (id, parent, start)
    state = State(letter: fields[1])
    name = String(text[text.index(after: open)..<end])
  }

  package static func == (one: Self, other: Self) -> Bool {
    one.id == other.id && one.start == other.start
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// Whether the process has not ended: one that only waits for its parent to ask how it ended has.
  package var isAlive: Bool { SystemProcess(id).map { $0 == self && $0.state != .ended } ?? false }

  /// The processes that it has started, or that were given to it.
  package var children: [SystemProcess] {
    let threads = (try? FileSystem.names(in: "/proc/\(id)/task")) ?? []
    let lists = threads.compactMap { try? FileSystem.read("/proc/\(id)/task/\($0)/children") }
    return lists.flatMap { $0.split(separator: " ") }.compactMap { Int32($0) }
      .compactMap { SystemProcess($0) }
  }

  /// Its children, theirs, and so on.
  package var descendants: [SystemProcess] { children.flatMap { [$0] + $0.descendants } }

  /// Whether it blocks the signal of this number.
  package func blocks(_ signal: Int32) -> Bool { has(signal, in: "SigBlk:") }

  /// Whether it has a handler of its own for the signal of this number.
  package func catches(_ signal: Int32) -> Bool { has(signal, in: "SigCgt:") }

  private func has(_ signal: Int32, in row: String) -> Bool {
    let text = (try? FileSystem.read("/proc/\(id)/status")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(row) }
    let mask = line.flatMap { $0.split(separator: "\t").last }.flatMap { UInt64($0, radix: 16) }
    return mask.map { $0 & 1 << (signal - 1) != 0 } ?? false
  }

  /// Sends it the signal of this number, unless it has ended.
  package func send(_ signal: Int32) {
    if isAlive { kill(id, signal) }
  }
}
