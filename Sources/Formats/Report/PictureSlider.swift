/// Pictures that are shown one at a time, chosen by click, touch or arrow keys. The slider needs no
/// script: its positions are radio buttons, each followed by what the position shows.
package struct PictureSlider: Sendable {
  /// One position of the slider.
  package struct Position: Sendable {
    /// The text on the position's button.
    package let name: String
    /// What the position shows.
    package let content: Markup

    /// A position that shows `content`.
    package init(_ name: String, _ content: Markup) {
      self.name = name
      self.content = content
    }
  }

  /// What the positions stand for, such as epochs.
  package let title: String
  /// A name that no other slider of the page has.
  package let name: String
  /// The positions. The last one is shown at first.
  package let positions: [Position]

  /// A slider of `positions`.
  package init(_ title: String, name: String, positions: [Position]) {
    self.title = title
    self.name = name
    self.positions = positions
  }

  /// The slider.
  package var markup: Markup {
    .element(
      "fieldset", ["class": "slider"],
      content: .element("legend", content: Markup(title)),
      Markup(
        positions.enumerated().map { number, position in
          let id = "\(name)-\(number)"
          return Markup([
            .void(
              "input",
              [
                "type": "radio", "name": name, "id": id,
                "checked": number == positions.count - 1 ? "" : nil,
              ]),
            .element("label", ["for": id], content: Markup(position.name)),
            .element("div", ["class": "shown"], content: position.content), .newline,
          ])
        }))
  }
}
