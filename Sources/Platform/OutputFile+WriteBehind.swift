internal import CFiles
internal import Glibc
internal import SystemPackage

/// How a large file goes to the disk while it is written.
///
/// By default the system keeps gigabytes in memory before it writes any of them, and
/// ``OutputFile/synchronize()`` would wait for all. Each page of memory that is used for the first
/// time costs time as well, much on virtual machines. Here the system begins to write each piece at
/// once, and later gives its memory back, so that the next pieces use the same memory. The last
/// `lag` bytes of a file stay in memory, and so does all of a smaller file.
struct WriteBehind {
  private static let piece = 8 << 20
  private static let lag = 64 << 20

  /// Where the part ends whose writing has begun.
  private var begun = 0
  /// Where the part ends whose memory was given back.
  private var released = 0

  /// Notes that all bytes before `end` have been written and will not change: `sync_file_range`,
  /// and `posix_fadvise` with `POSIX_FADV_DONTNEED` for bytes more than `lag` before `end`.
  ///
  /// Neither waits for the disk. The second call alone would also begin to write, but it asks every
  /// processor to give up pages that are not written yet, and waits for busy ones. Both do nothing
  /// for a file that is on no disk.
  mutating func advance(to end: Int, _ descriptor: FileDescriptor) {
    guard end - begun >= Self.piece else { return }
    CFiles_begin_writing(descriptor.rawValue, begun, end - begun)
    begun = end
    // Only whole pages are given back; the largest have 64 KiB.
    let old = (end - Self.lag) & ~0xffff
    guard old > released else { return }
    posix_fadvise(descriptor.rawValue, released, old - released, POSIX_FADV_DONTNEED)
    released = old
  }
}
