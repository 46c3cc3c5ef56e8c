internal import CMPI

/// The source, tag and length of a message that was received or probed (MPI 3.1, 3.2.5).
public struct Status: Hashable, Sendable {
  /// The rank that sent the message.
  public let source: Int
  /// The tag with which the message was sent.
  public let tag: Int
  /// The number of the message's elements (not of bytes).
  public let count: Int

  /// The status of a message of `Element`s.
  ///
  /// - Throws: ``MPIError`` of class `datatype` if the message does not consist of whole elements.
  init<Element: Datatype>(_ status: MPI_Status, of _: Element.Type) throws(MPIError) {
    var status = status
    let size = try byteCount(&status)
    guard size % MemoryLayout<Element>.stride == 0 else {
      throw MPIError(
        "MPI_Get_elements_x", .datatype,
        message:
          "a message of \(size) bytes does not consist of whole elements of \(Element.self): "
          + "receive the type that was sent")
    }
    source = Int(status.MPI_SOURCE)
    tag = Int(status.MPI_TAG)
    count = size / MemoryLayout<Element>.stride
  }
}

/// The length of a message in bytes.
///
/// `MPI_Get_elements_x`; MPI 3.1, 4.1.11. `MPI_Get_count` would return the length as a C `int`, for
/// which it may be too large.
func byteCount(_ status: inout MPI_Status) throws(MPIError) -> Int {
  var count: MPI_Count = 0
  try check(
    "MPI_Get_elements_x", MPI_Get_elements_x(&status, UInt8.c.handle, &count))
  return Int(count)
}
