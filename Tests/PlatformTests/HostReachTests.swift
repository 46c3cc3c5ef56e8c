import Platform
import Testing

@Suite struct HostReachTests {
  /// No connection of TCP leads to the broadcast address, whatever the network. Hosts that drop what they get
  /// are tested in a network of their own.
  @Test("hosts that do not answer are told from those that do, or refuse to")
  func silent() {
    let hosts = ["localhost", "255.255.255.255", "127.0.0.1"]
    #expect(HostReach.silent(hosts, within: 0.2) == ["255.255.255.255"])
    #expect(HostReach.silent([], within: 0) == [])
  }
}
