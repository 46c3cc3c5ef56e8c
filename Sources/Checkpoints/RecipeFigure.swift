internal import Engine
internal import Formats
package import Images
package import Platform

/// A value of a recipe, for people and other programs.
package struct RecipeFigure {
  /// The setting.
  package let name: SettingName

  /// The value in words or digits.
  package let text: String

  /// The value as a double that equals it exactly; nil where there is none.
  package let number: Double?

  /// Whether a model's file must state the value, since a file without the setting is read as one with
  /// another value. False for settings whose absence is an error.
  let differsFromAbsence: Bool

  /// Whether the value is told where a model is described: sizes are not, nor what is as usual.
  package let isTold: Bool

  let label: SettingLabel

  /// Whether the value is a size of the model's layers.
  package var isSize: Bool { label.isSize }

  /// The name in files of other formats: `learning_rate`. There `pixels` is the number of an image's pixels.
  package var key: String { Self.key(of: name) }

  fileprivate static func key(of name: SettingName) -> String {
    name == .pixels ? PixelProtocol.metadataKey : replacingHyphens(in: name, by: "_")
  }

  /// The value in a line with others, as in "learning rate 0.001".
  package var words: String {
    guard case .words(let before, _, _) = label else {
      return "\(Self.replacingHyphens(in: name, by: " ")) \(text)"
    }
    return before.isEmpty ? text : "\(before) \(text)"
  }

  /// The setting's row in a table of two columns.
  package var row: [String] {
    guard case .words(_, let row, let before) = label else {
      return [Self.replacingHyphens(in: name, by: " "), text]
    }
    return [row, before.isEmpty ? text : "\(before) \(text)"]
  }

  private static func replacingHyphens(
    in name: SettingName, by character: Character
  ) -> String {
    String(name.text.map { $0 == "-" ? character : $0 })
  }
}

extension Recipe {
  /// All values that have a meaning.
  package var figures: [RecipeFigure] {
    Self.table.settings.filter { $0.use.applies(self) }.compactMap { setting in
      let value = setting.value(in: self)
      guard let text = value.shown else { return nil }
      return RecipeFigure(
        name: setting.name, text: text, number: value.number,
        differsFromAbsence: setting.differsFromAbsence(in: self),
        isTold: !setting.label.isSize
          && (setting.use.isAlwaysTold || !setting.equalsAbsence(in: self)),
        label: setting.label)
    }
  }
}

extension CheckpointReference {
  /// The values of the recipe that trained the model, as far as they are told where a model is described: all
  /// of them from the run's `state`. Where that is nil, as for a `.safetensors` file, those that the model's
  /// file has in its metadata: the seed, and what differs from a setting's absence.
  ///
  /// - Throws: `FileError` where the file cannot be read.
  package func toldFigures(_ state: CheckpointState?) throws -> [RecipeFigure] {
    let figures =
      try state?.recipe.figures
      ?? Recipe.figures(toldBy: SafetensorsFile(opening: model).metadata)
    return figures.filter(\.isTold)
  }
}

extension Recipe {
  /// The values that the `metadata` of a model's file tell, which ``Checkpoint`` writes; none in files of
  /// other programs.
  static func figures(toldBy metadata: [String: String]) -> [RecipeFigure] {
    table.settings.compactMap { setting in
      metadata["lockstep.\(RecipeFigure.key(of: setting.name))"].map { text in
        RecipeFigure(
          name: setting.name, text: text, number: nil, differsFromAbsence: true,
          isTold: !setting.label.isSize, label: setting.label)
      }
    }
  }
}

extension PixelProtocol {
  /// The key of the protocol in files of other formats, behind `lockstep.` in `model.safetensors`.
  fileprivate static let metadataKey = "pixel_protocol"

  /// The protocol that the metadata of the model's file at `path` tell; grey where they tell none, as in
  /// files of other programs and of earlier versions.
  ///
  /// - Throws: `Failure` with `badData` where this version does not know it.
  package init(toldBy metadata: [String: String], of path: String) throws {
    try self.init(toldBy: metadata, as: Self.metadataKey, of: path, otherwise: .grey)
  }
}
