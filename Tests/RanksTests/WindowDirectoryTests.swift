@testable import Platform
@testable import Ranks
import Testing

/// The choice of the directory for windows where /dev/shm is small.
@Suite struct WindowDirectoryTests {
  private typealias Place = (medium: StorageMedium, room: SharedMemoryRoom)

  private func place(_ name: String, _ medium: StorageMedium, _ mebibytes: Int) -> Place {
    (medium, SharedMemoryRoom(directory: name, free: mebibytes << 20, size: mebibytes << 20))
  }

  private func best(_ places: [Place], above mebibytes: Int = 64) -> String? {
    WindowDirectory.best(of: places, above: mebibytes << 20)
  }

  @Test func theLargest() {
    #expect(best([place("/a", .disk, 600), place("/b", .disk, 700)]) == "/b")
    #expect(best([place("/a", .disk, 100), place("/b", .memory, 90)]) == "/a")
  }

  @Test func memoryWithEnoughComesFirst() {
    let disk = place("/disk", .disk, 9000)
    #expect(best([disk, place("/run", .memory, 512), place("/x", .memory, 600)]) == "/x")
    #expect(best([disk, place("/run", .memory, 511)]) == "/disk")
  }

  @Test func noneThatIsNoBetter() {
    #expect(best([]) == nil)
    #expect(best([place("/a", .disk, 64)]) == nil)
    #expect(best([place("/a", .disk, 65)]) == "/a")
  }

  /// Two file systems that every Linux has: statfs(2).
  @Test func media() {
    #expect(StorageMedium("/dev/shm") == .memory)
    #expect(StorageMedium("/proc") == nil)
    #expect(StorageMedium("/no/such/folder") == nil)
  }

  @Test func sentence() {
    let room = SharedMemoryRoom(directory: "/tmp", free: 64 << 20, size: 99 << 20)
    let sentence = room.sentence(ranks: 4, need: 70 << 20, canMove: true)
    for part in [
      "/tmp of ", "room for 64 MiB", "4 ranks need to share 71 MiB", "OMPI_MCA_osc_sm_backing",
    ] { #expect(sentence.contains(part)) }
    #expect(!room.sentence(ranks: 4, need: 70 << 20, canMove: false).contains("OMPI"))
    #expect(room.holds(63 << 20) && !room.holds(63 << 20 + 1))
  }
}
