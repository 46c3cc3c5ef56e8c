internal import CFiles
internal import Glibc

/// How a large file goes to the disk while it is written.
///
/// Left to itself the system keeps gigabytes in memory before it writes any, all of which
/// ``OutputFile/synchronize()`` would then wait for; and every page of them costs time, on virtual
/// machines much, as it may be the first use of that memory. Here each piece is begun to be written
/// at once, and later let go of, so that the same memory is used again. The last `lag` bytes stay
/// in memory, and so does all of a smaller file.
struct WriteBehind {
  private static let piece = 8 << 20
  private static let lag = 64 << 20

  private var begun = 0
  private var released = 0

  /// Notes that all before `end` has been written and will not change: `sync_file_range` and, of
  /// what lies `lag` behind, `posix_fadvise` with `POSIX_FADV_DONTNEED`.
  ///
  /// Neither waits for the disk. The second call alone would also begin to write, but where that
  /// has not ended it asks every processor to give pages back, and waits for busy ones. Where a
  /// file has no disk both do nothing.
  mutating func advance(to end: Int, _ descriptor: CInt) {
    guard end - begun >= Self.piece else { return }
    CFiles_begin_writing(descriptor, begun, end - begun)
    begun = end
    // Of whole pages, as others are kept.
    let old = (end - Self.lag) & ~0xffff
    guard old > released else { return }
    posix_fadvise(descriptor, released, old - released, POSIX_FADV_DONTNEED)
    released = old
  }
}
