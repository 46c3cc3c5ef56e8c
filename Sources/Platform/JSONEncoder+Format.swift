package import FoundationEssentials

extension JSONEncoder {
  /// An encoder that writes JSON in this format: with `.sortedKeys` equal values give equal bytes.
  package convenience init(
    _ format: OutputFormatting, keys: KeyEncodingStrategy = .useDefaultKeys
  ) {
    self.init()
    outputFormatting = format
    keyEncodingStrategy = keys
  }
}
