internal import Platform

extension RawRepresentable<String> {
  /// The value that the metadata of the model's file at `path` tell under `lockstep.` and `key`; `usual`
  /// where they tell none, as in files of other programs and of earlier versions.
  ///
  /// - Throws: `Failure` with `badData` where this version does not know it.
  init(
    toldBy metadata: [String: String], as key: String, of path: String, otherwise usual: Self
  ) throws {
    guard let text = metadata["lockstep.\(key)"] else {
      self = usual
      return
    }
    guard let told = Self(rawValue: text) else {
      throw Failure(
        .badData,
        "\(path): lockstep.\(key) is '\(text)', which this version does not know; use the version that wrote "
          + "the file")
    }
    self = told
  }
}
