@testable import Engine
import MPI
import Synchronization

/// The mailboxes of teams that are threads of one process.
final class LocalNetwork: Sendable {
  /// The team that sends, the one that receives, the group, and the message's number in it.
  struct Address: Hashable {
    var source: Int
    var target: Int
    var group: Int
    var number: Int
  }

  let size: Int
  private let letters = Mutex<[Address: [[UInt8]]]>([:])
  private let traffics: Mutex<[Traffic]>

  /// What a team has sent and received.
  struct Traffic {
    var sentBytes = 0
    var receivedBytes = 0
    /// Those that were sent or received, without empty ones.
    var messages = 0
  }

  init(size: Int) {
    self.size = size
    traffics = Mutex(Array(repeating: Traffic(), count: size))
  }

  func send(_ bytes: [UInt8], to address: Address) {
    letters.withLock { $0[address, default: []].append(bytes) }
    guard !bytes.isEmpty else { return }
    traffics.withLock { traffics in
      traffics[address.source].sentBytes += bytes.count
      traffics[address.target].receivedBytes += bytes.count
      for team in [address.source, address.target] { traffics[team].messages += 1 }
    }
  }

  /// What each team has sent and received so far.
  var traffic: [Traffic] { traffics.withLock { $0 } }

  /// The oldest letter at `address`; nil where there is none.
  func receive(at address: Address) -> [UInt8]? {
    letters.withLock { letters in
      guard let first = letters[address]?.first else { return nil }
      letters[address]?.removeFirst()
      return first
    }
  }

  /// Whether every letter was received.
  var isEmpty: Bool { letters.withLock { $0.values.allSatisfy(\.isEmpty) } }
}

/// The messages of one of these teams. Memory is read when a group starts, and written when it is
/// tested or waited for, as MPI may do.
struct LocalMessages: LaneMessages, ~Copyable {
  let rank: Int
  var size: Int { network.size }
  private let network: LocalNetwork
  private var groups: [Group] = []

  private struct Message {
    let partner: Int
    let number: Int
    let memory: UnsafeMutableRawBufferPointer
  }

  private struct Group {
    var sends: [Message] = []
    var receives: [Message] = []
    var pending: [Message] = []
  }

  init(_ network: LocalNetwork, rank: Int) { (self.network, self.rank) = (network, rank) }

  func sentBytes(_ group: Int) -> Int { groups[group].sends.reduce(0) { $0 + $1.memory.count } }

  mutating func addGroup() -> Int {
    groups.append(Group())
    return groups.count - 1
  }

  mutating func addSend<Element: Datatype>(
    _ values: Span<Element>, to team: Int
  ) throws(MPIError) {
    let memory = values.withUnsafeBufferPointer {
      UnsafeMutableRawBufferPointer(mutating: UnsafeRawBufferPointer($0))
    }
    add(memory, to: team)
  }

  mutating func addReceive<Element: Datatype>(
    into values: inout MutableSpan<Element>, from team: Int
  ) throws(MPIError) {
    let memory = values.withUnsafeMutableBufferPointer { UnsafeMutableRawBufferPointer($0) }
    add(memory, from: team)
  }

  mutating func addAllGather<Element: Datatype>(
    _ values: inout MutableSpan<Element>, pieces: [[Range<Int>]]
  ) throws(MPIError) -> Int {
    let group = addGroup()
    let memory = values.withUnsafeMutableBufferPointer { $0 }
    let parts = pieces.map { $0.map { UnsafeMutableRawBufferPointer(rebased(memory, $0)) } }
    for team in 0..<size where team != rank {
      for part in parts[team] { add(part, from: team) }
      for part in parts[rank] { add(part, to: team) }
    }
    return group
  }

  private func rebased<Element>(
    _ memory: UnsafeMutableBufferPointer<Element>, _ range: Range<Int>
  ) -> UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(rebasing: memory[range]) }

  private mutating func add(_ memory: UnsafeMutableRawBufferPointer, to team: Int) {
    let last = groups.count - 1
    let number = groups[last].sends.count { $0.partner == team }
    groups[last].sends.append(Message(partner: team, number: number, memory: memory))
  }

  private mutating func add(_ memory: UnsafeMutableRawBufferPointer, from team: Int) {
    let last = groups.count - 1
    let number = groups[last].receives.count { $0.partner == team }
    groups[last].receives.append(Message(partner: team, number: number, memory: memory))
  }

  mutating func start(_ group: Int) {
    precondition(groups[group].pending.isEmpty, "group \(group) is under way")
    for message in groups[group].sends {
      network.send(
        Array(message.memory),
        to: .init(source: rank, target: message.partner, group: group, number: message.number))
    }
    groups[group].pending = groups[group].receives
  }

  mutating func test(_ group: Int) -> Bool {
    groups[group].pending.removeAll { message in
      let address = LocalNetwork.Address(
        source: message.partner, target: rank, group: group, number: message.number)
      guard let bytes = network.receive(at: address) else { return false }
      precondition(bytes.count == message.memory.count, "a message of another length came")
      message.memory.copyBytes(from: bytes)
      return true
    }
    return groups[group].pending.isEmpty
  }

  func pendingSources(_ group: Int) -> [Int] { groups[group].pending.map(\.partner) }

  consuming func free() {}
}
