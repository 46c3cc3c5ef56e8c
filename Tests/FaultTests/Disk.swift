import Foundation
import Support
import Testing

/// A folder as it may be on a disk after power was lost at any moment of a job whose calls were written down.
///
/// POSIX promises little: what is written to a file is on the disk once `fsync` of the file has returned, and
/// a name once `fsync` of its folder has. Of all other calls any may have reached the disk and any not, in
/// any order, and of written bytes all, half, none, or zeros in their place. A rename is there whole or not
/// at all, and lasts once one of its folders is on the disk.
struct Disk {
  /// Something that has names, a file, a folder or a symbolic link: its place in `contents`.
  private typealias Thing = Int

  private enum Content {
    case folder
    case link(String)
    case file
  }

  private struct Name: Hashable {
    let folder: Thing
    let text: String
  }

  /// What a call has changed.
  private enum Change {
    case names([(name: Name, thing: Thing?)])
    case bytes(Thing, offset: Int, [UInt8])
    case size(Thing, Int)
    /// An `fsync`.
    case lasting(Thing)
  }

  private let root: String
  private var contents: [Content] = [.folder]
  private var things: [UInt64: Thing] = [:]
  private var names: [Name: Thing] = [:]
  private var changes: [Change] = []

  /// The moments at which power may be lost, each the number of changes that were made before. No change that
  /// stands before the first of them can be lost.
  var moments: ClosedRange<Int> { first...changes.count }
  private var first = 0

  /// The folder at `root` as it is now, all of it on the disk.
  init(_ root: String) throws {
    self.root = root
    guard FileManager.default.fileExists(atPath: root) else { return }
    things[try Self.inode(root)] = 0
    for path in try FileManager.default.subpathsOfDirectory(atPath: root).sorted() {
      let whole = "\(root)/\(path)"
      let type =
        try FileManager.default.attributesOfItem(atPath: whole)[.type] as? FileAttributeType
      var content = Content.file
      if type == .typeDirectory { content = .folder }
      if type == .typeSymbolicLink {
        content = .link(try FileManager.default.destinationOfSymbolicLink(atPath: whole))
      }
      let thing = add(content, inode: try Self.inode(whole))
      rename([(whole, thing)])
      if case .file = content {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        changes.append(.bytes(thing, offset: 0, Array(bytes)))
      }
    }
    for thing in contents.indices { changes.append(.lasting(thing)) }
    first = changes.count
  }

  private static func inode(_ path: String) throws -> UInt64 {
    try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
  }

  private mutating func add(_ content: Content, inode: UInt64) -> Thing {
    contents.append(content)
    things[inode] = contents.count - 1
    return contents.count - 1
  }

  private func name(_ path: String) -> Name? {
    var folder = 0
    var parts = path.dropFirst(root.count).split(separator: "/").map(String.init)
    guard let last = parts.popLast() else { return nil }
    for part in parts {
      guard let next = names[Name(folder: folder, text: part)] else { return nil }
      folder = next
    }
    return Name(folder: folder, text: last)
  }

  private mutating func rename(_ pairs: [(path: String, thing: Thing?)]) {
    let pairs = pairs.compactMap { pair in name(pair.path).map { (name: $0, thing: pair.thing) } }
    for pair in pairs { names[pair.name] = pair.thing }
    changes.append(.names(pairs))
  }

  /// What is at `path` before the next call.
  private func thing(_ path: String) -> Thing? { name(path).flatMap { names[$0] } }

  /// Takes note of a call that has succeeded.
  mutating func note(_ call: Shim.Call) {
    guard call.result >= 0 else { return }
    let (first, second) = (call.paths[0], call.paths[1])
    switch call.name {
    case "mkdir" where first == root: things[call.inode] = 0
    case "mkdir": rename([(first, add(.folder, inode: call.inode))])
    case "open" where call.isMade: rename([(first, add(.file, inode: call.inode))])
    case "open" where call.offset & Int(O_TRUNC) != 0:
      if let thing = things[call.inode] { changes.append(.size(thing, 0)) }
    case "tmpfile": _ = add(.file, inode: call.inode)
    case "write":
      if let thing = things[call.inode] {
        changes.append(.bytes(thing, offset: call.offset, call.bytes))
      }
    case "ftruncate":
      if let thing = things[call.inode] { changes.append(.size(thing, call.offset)) }
    case "fsync": if let thing = things[call.inode] { changes.append(.lasting(thing)) }
    case "linkat": rename([(second, things[call.inode])])
    case "symlink": rename([(second, add(.link(first), inode: call.inode))])
    case "rename": rename([(first, nil), (second, thing(first))])
    case "exchange": rename([(first, thing(second)), (second, thing(first))])
    case "unlink", "rmdir": rename([(first, nil)])
    default: break
    }
  }

  /// Where the link at `path` leads, with a slash before its name.
  func link(_ path: String) -> String? {
    guard let thing = thing(root + path), case .link(let place) = contents[thing] else {
      return nil
    }
    return place
  }

  /// Whether the inode is that of the folder at the root.
  func isRoot(_ inode: UInt64) -> Bool { things[inode] == 0 }

  /// How much of a change that need not have reached the disk has.
  enum Fate: CaseIterable { case all, none, half, zeros }

  /// What is at each path after power was lost once `moment` changes were made; `fate` tells of each change
  /// that is not lasting whether it has reached the disk.
  func state(at moment: Int, fate: (Int) -> Fate) -> [String: Item] {
    var lasting: [Thing: Int] = [:]
    for (number, change) in changes.prefix(moment).enumerated() {
      if case .lasting(let thing) = change { lasting[thing] = number }
    }
    var (found, files) = ([Name: Thing](), [Thing: [UInt8]]())
    for (number, change) in changes.prefix(moment).enumerated() {
      let isLasting = { (thing: Thing) in lasting[thing].map { number < $0 } ?? false }
      switch change {
      case .names(let pairs):
        guard pairs.contains(where: { isLasting($0.name.folder) }) || fate(number) == .all else {
          continue
        }
        for pair in pairs { found[pair.name] = pair.thing }
      case .bytes(let thing, let offset, let bytes):
        Self.write(
          bytes, at: offset, to: &files[thing, default: []], isLasting(thing) ? .all : fate(number))
      case .size(let thing, let size):
        guard isLasting(thing) || fate(number) == .all else { continue }
        let file = files[thing, default: []]
        files[thing] =
          Array(file.prefix(size)) + Array(repeating: 0, count: max(0, size - file.count))
      case .lasting: break
      }
    }
    return items(found, files)
  }

  private static func write(_ bytes: [UInt8], at offset: Int, to file: inout [UInt8], _ fate: Fate)
  {
    let taken: [UInt8]
    switch fate {
    case .all: taken = bytes
    case .half: taken = Array(bytes.prefix(bytes.count / 2))
    case .zeros: taken = Array(repeating: 0, count: bytes.count)
    case .none: return
    }
    let end = offset + taken.count
    if file.count < end { file += Array(repeating: 0, count: end - file.count) }
    file.replaceSubrange(offset..<end, with: taken)
  }

  /// What is at a path.
  enum Item: Hashable {
    case folder
    case link(String)
    case file([UInt8])
  }

  /// What can be reached from the folder.
  private func items(_ found: [Name: Thing], _ files: [Thing: [UInt8]]) -> [String: Item] {
    var items: [String: Item] = [:]
    var open: [(path: String, thing: Thing)] = [("", 0)]
    while let (path, folder) = open.popLast() {
      for (name, thing) in found where name.folder == folder {
        let path = path + "/" + name.text
        switch contents[thing] {
        case .folder:
          items[path] = .folder
          open.append((path, thing))
        case .link(let destination): items[path] = .link(destination)
        case .file: items[path] = .file(files[thing] ?? [])
        }
      }
    }
    return items
  }
}
