/// What the system tells of a process of this machine: proc(5), "/proc/pid/stat".
package struct ProcessStatus: Equatable, Sendable {
  /// What a process does.
  package enum State: Equatable, Sendable {
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
    /// It has ended.
    case ended
  }

  /// The process.
  package let id: Int32
  /// The first 15 characters of its program's name.
  package let name: String
  /// What its main thread does.
  package let state: State
  /// The process that has started it, or that has taken it over.
  package let parent: Int32
  /// When it was started, in ticks of the clock since the machine's start: a later process with the same ``id``
  /// has another.
  package let start: Int

  /// The status of the process `id`; nil where there is none.
  package init?(_ id: Int32) {
    guard let text = try? FileSystem.read("/proc/\(id)/stat") else { return nil }
    self.init(id, text)
  }

  /// Reads the status of process `id` from `text`, the contents of its file: id (name) state parent … start, where
  /// start is field 22. Nil where `text` is something else.
  init?(_ id: Int32, _ text: String) {
    guard let open = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), open < end
    else { return nil }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 20, let parent = Int32(fields[2]), let start = Int(fields[20])
    else { return nil }
    switch fields[1] {
    case "R": state = .running
    case "D": state = .inDevice
    case "T": state = .stopped
    case "t": state = .traced
    case "Z", "X", "x": state = .ended
    default: state = .asleep
    }
    (self.id, self.parent, self.start) = (id, parent, start)
    name = String(text[text.index(after: open)..<end])
  }
}
