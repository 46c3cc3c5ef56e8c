import Platform
import Testing

@Suite struct HostReachTests {
  /// No connection of TCP leads to the broadcast address, whatever the network. Hosts that drop what they get
  /// are tested in a network of their own.
  @Test("hosts that do not answer are told from those that do, or refuse to")
  func silent() {
    let hosts = ["localhost", "255.255.255.255", "127.0.0.1", "no-such-host.invalid"]
    let found = HostReach.ask(hosts, within: 0.5)
    #expect(found?.silent == ["255.255.255.255"])
    // A network without a name service knows nothing of names.
    #expect(found.map { $0.unknown.isEmpty || $0.unknown == ["no-such-host.invalid"] } == true)
    #expect(HostReach.ask([], within: 0) == HostReach.Findings())
  }
}
