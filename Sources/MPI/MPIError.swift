internal import CMPI

/// A failed MPI call: which one, of what class, and the library's own words.
///
/// Communicators and windows made by this module return their errors, so none of them ends the
/// job by itself: whoever catches the error decides. What state MPI is in after an error is up to
/// the implementation (MPI 3.1, 8.3); an error met by one rank alone is best answered with
/// ``World/abort(code:)-swift.type.method``.
public struct MPIError: Error, Hashable, Sendable {
  /// The C function that failed, or that was not called because its arguments cannot be right.
  public let operation: String
  /// What kind of failure it was (`MPI_Error_class`; MPI 3.1, 8.4).
  public let errorClass: ErrorClass
  /// What the library says about it (`MPI_Error_string`; MPI 3.1, 8.3.4), or what this module does.
  public let message: String

  /// An error found by this module before the library was asked.
  init(_ operation: StaticString, _ errorClass: ErrorClass, _ message: String) {
    self.operation = "\(operation)"
    self.errorClass = errorClass
    self.message = message
  }

  /// The error behind the return code of `operation`.
  init(_ operation: StaticString, code: CInt) {
    // The library explains its codes only while it is alive.
    guard Lifecycle.current == .alive else {
      self.init(operation, ErrorClass(code: code), "return code \(code)")
      return
    }
    var value = code
    MPI_Error_class(code, &value)
    self.init(operation, ErrorClass(code: value), Self.text(of: code))
  }

  private static func text(of code: CInt) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_ERROR_STRING)) { text in
      var length: CInt = 0
      guard MPI_Error_string(code, text.baseAddress, &length) == MPI_SUCCESS else {
        return "return code \(code)"
      }
      return oneLine(
        String(
          decoding: text.prefix(Int(length)).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
  }

  /// The standard lets an explanation have several lines, as MPICH's do.
  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).reduce("") { whole, line in
      whole.isEmpty ? "\(line)" : whole + (whole.hasSuffix(":") ? " " : "; ") + line
    }
  }
}

extension MPIError: CustomStringConvertible {
  /// The whole error in one sentence, without a full stop.
  public var description: String { "\(operation) failed: \(message)" }
}

/// Turns a return code into a thrown error. Every MPI call of this module passes through here.
func check(_ operation: StaticString, _ code: CInt) throws(MPIError) {
  guard code == MPI_SUCCESS else { throw MPIError(operation, code: code) }
}
