/// The words that stand before a setting's value where a model is described.
package enum SettingLabel: Sendable {
  /// Those of the setting's name.
  case name

  /// None: the value is a size of the model's layers, which are described anyway.
  case size

  /// Words before the value in a line with others, empty where the value tells enough; the first
  /// column of a table's `row`; and what stands before the value in the second column.
  case words(inLine: String, row: String, beforeValue: String = "")
}
