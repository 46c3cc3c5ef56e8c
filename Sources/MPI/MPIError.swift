internal import CMPI

/// A failed MPI call: the C function, the class of the error, and the library's explanation.
///
/// By default MPI ends the job when a call fails. Communicators and windows of this module return
/// an error instead, which is thrown, and the program decides what to do. The standard does not say
/// whether MPI can still be used after an error (MPI 3.1, 8.3). If only one rank meets the error,
/// the others may wait for it for ever: that rank should then call
/// ``World/abort(code:)-swift.type.method``.
public struct MPIError: Error, Hashable, Sendable {
  /// The C function that failed, or that was not called because its arguments are wrong.
  public let operation: String
  /// The kind of failure (`MPI_Error_class`; MPI 3.1, 8.4).
  public let errorClass: ErrorClass
  /// The explanation in words: the library's (`MPI_Error_string`; MPI 3.1, 8.3.4), or this
  /// module's if it found the error itself.
  public let message: String

  /// An error that this module found before it called `operation`.
  init(_ operation: StaticString, _ errorClass: ErrorClass, message: String) {
    self.operation = "\(operation)"
    self.errorClass = errorClass
    self.message = message
  }

  /// The error that the return code of `operation` stands for.
  init(_ operation: StaticString, code: CInt) {
    // MPI_Error_class and MPI_Error_string may only be called between MPI_Init and MPI_Finalize.
    guard Lifecycle.current == .alive else {
      self.init(operation, ErrorClass(code: code), message: "return code \(code)")
      return
    }
    var value = code
    MPI_Error_class(code, &value)
    self.init(operation, ErrorClass(code: value), message: Self.text(of: code))
  }

  private static func text(of code: CInt) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CMPI_MAX_ERROR_STRING)) { text in
      var length: CInt = 0
      guard MPI_Error_string(code, text.baseAddress, &length) == CMPI_SUCCESS else {
        return "return code \(code)"
      }
      return oneLine(
        String(
          decoding: text.prefix(Int(length)).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
  }

  /// `text` with its lines joined to one line: explanations may have several lines, and MPICH's do.
  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).reduce("") { whole, line in
      whole.isEmpty ? "\(line)" : whole + (whole.hasSuffix(":") ? " " : "; ") + line
    }
  }
}

extension MPIError: CustomStringConvertible {
  /// The function and the explanation in one sentence, without a full stop.
  public var description: String { "\(operation) failed: \(message)" }
}

/// Throws if `code`, the return code of `operation`, is an error.
func check(_ operation: StaticString, _ code: CInt) throws(MPIError) {
  guard code == CMPI_SUCCESS else { throw MPIError(operation, code: code) }
}
