internal import CMPI
internal import CMPICHLauncher

extension World {
  /// The time in seconds since a moment that does not change during the life of the process.
  ///
  /// The moment may be another one on each rank.
  ///
  /// `MPI_Wtime`; MPI 3.1, 8.6.
  public var wallTime: Double { MPI_Wtime() }

  /// The name of the machine on which this rank runs.
  ///
  /// `MPI_Get_processor_name`; MPI 3.1, 8.1.2.
  public var processorName: String {
    get throws(MPIError) {
      try Self.text("MPI_Get_processor_name", capacity: CMPI_MAX_PROCESSOR_NAME) {
        MPI_Get_processor_name($0, $1)
      }
    }
  }

  /// The MPI library's name and version, in its own words.
  ///
  /// May be read before MPI is initialised and after it is finalised.
  ///
  /// `MPI_Get_library_version`; MPI 3.1, 8.1.1.
  public static var libraryVersion: String {
    get throws(MPIError) {
      try text("MPI_Get_library_version", capacity: CMPI_MAX_LIBRARY_VERSION_STRING) {
        MPI_Get_library_version($0, $1)
      }
    }
  }

  /// The MPI library's name and version, as people write them: "Open MPI 4.1.4", "MPICH 4.0.2" or
  /// "Intel MPI 2021.19.0"; of other libraries the beginning of ``libraryVersion``.
  public static var libraryName: String {
    get throws(MPIError) { libraryName(in: try libraryVersion) }
  }

  /// The name in a `version` such as "Open MPI v4.1.4, package: …" or "MPICH Version:\t4.0.2\n…".
  static func libraryName(in version: String) -> String {
    version.prefix { !$0.isNewline && $0 != "," }.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
      .replacing(#/^Open MPI v/#, with: "Open MPI ")
      .replacing(#/^MPICH Version: /#, with: "MPICH ")
      .replacing(#/^Intel\(R\) MPI Library (\S+) .*/#) { "Intel MPI \($0.1)" }
  }

  /// Whether a launcher of MPICH's kind, MPICH's own, Intel's or Slurm's with PMI, has started this very
  /// process. Where another launcher or program stands between, its variables are left over.
  package static var isBelowMPICHLauncher: Bool { CMPICHLauncher_is_present() != 0 }

  /// The MPI whose header this module was compiled with, by name and version: "Open MPI 4.1.4",
  /// "MPICH 4.0.2", "Intel MPI 2021.19.0" or "standard ABI 1.0".
  public static var header: String { String(cString: CMPI_header()) }

  /// Throws if the library is of another kind than the header that this module was compiled with:
  /// it would take our handles for addresses, or the other way round, and crash.
  ///
  /// MPICH and the libraries that stem from it, among them Intel's, have the same handles, whatever
  /// their versions, and so have all that offer the standard ABI (MPI 5.0, 20).
  static func requireLibraryOfHeader() throws(MPIError) {
    let library = try libraryName
    let isOpenMPI = (header.hasPrefix("Open MPI"), library.hasPrefix("Open MPI"))
    guard isOpenMPI.0 != isOpenMPI.1, !header.hasPrefix("standard") else { return }
    throw MPIError(
      "MPI_Get_library_version", .other,
      message:
        "the program was compiled for \(header) and has loaded \(library): "
        + "build it again with that MPI first on PATH, or take the other from LD_LIBRARY_PATH and "
        + "LD_PRELOAD")
  }

  /// The version of the MPI standard that the library follows.
  ///
  /// May be read before MPI is initialised and after it is finalised.
  ///
  /// `MPI_Get_version`; MPI 3.1, 8.1.1.
  public static var standardVersion: (major: Int, minor: Int) {
    get throws(MPIError) {
      var major: CInt = 0
      var minor: CInt = 0
      try check("MPI_Get_version", MPI_Get_version(&major, &minor))
      return (Int(major), Int(minor))
    }
  }

  /// The text of at most `capacity` bytes that `fill`, a call of `operation`, writes.
  private static func text(
    _ operation: StaticString, capacity: CInt,
    fill: (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CInt>) -> CInt
  ) throws(MPIError) -> String {
    var length: CInt = 0
    var code: CInt = 0
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(capacity)) { buffer in
      code = fill(buffer.baseAddress, &length)
      return String(
        decoding: buffer.prefix(Int(length)).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    try check(operation, code)
    return text
  }
}
