package import Formats
internal import Platform
package import VAE

extension ModelConfiguration {
  /// The layers' sizes of the model in `file`, from the shapes of its tensors: in a file by another program
  /// nothing else tells them.
  ///
  /// - Throws: `FileError` where a tensor is missing, `Failure` with `badData` where shapes do not fit.
  package init(shapesOf file: borrowing SafetensorsFile) throws {
    let prefix = TensorFile.commonPrefix(of: file)
    let (inputName, meanName) = (PyTorchLayer.encoderHidden.weight, PyTorchLayer.mean.weight)
    let input = try file.tensor(prefix + inputName).shape
    let mean = try file.tensor(prefix + meanName).shape
    guard input.count == 2, mean.count == 2, (input + mean).allSatisfy({ $0 > 0 }),
      mean[1] == input[0]
    else {
      let isTransposed = input.count == 2 && mean.count == 2 && input[1] == mean[0]
      throw Failure(
        .badData,
        "\(file.path): \(inputName) is \(input) and \(meanName) \(mean), where [hidden, pixels] "
          + "and [latent, hidden] are wanted; "
          + (isTransposed
            ? "each weight lies transposed: save numpy.ascontiguousarray(weight.T) of each"
            : "use a file of this model"))
    }
    self.init(pixels: input[1], hidden: input[0], latent: mean[0])
  }
}

extension ModelConfiguration {
  /// The layers' sizes, as in `784-400-20-400-784`.
  package var summary: String { "\(pixels)-\(hidden)-\(latent)-\(hidden)-\(pixels)" }
}
