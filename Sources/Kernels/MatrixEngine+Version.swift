internal import COneDNN

extension MatrixEngine {
  /// The version of the library that computes the products, as in `oneDNN 2.6.0`: `dnnl_version`.
  public static var libraryVersion: String {
    guard let version = dnnl_version()?.pointee else { return "oneDNN" }
    return "oneDNN \(version.major).\(version.minor).\(version.patch)"
  }
}
