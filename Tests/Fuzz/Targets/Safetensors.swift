import Checkpoints
import Formats
import VAE

extension FuzzTarget {
  /// A file of tensors, and the model that these may be of.
  static let safetensors = FuzzTarget(
    "safetensors", Memory(each: 32),
    { input in
      let file = try SafetensorsFile(opening: input.path)
      var size = 8
      for tensor in file.tensors {
        size += tensor.size
        claim(size <= input.bytes.count, "\(tensor) does not lie in the file")
        guard [.float32, .float16, .bfloat16].contains(tensor.elementType) else { continue }
        let floats = try file.readFloats(tensor.name)
        claim(floats.count == tensor.elementCount, "\(tensor) has \(floats.count) elements")
      }
    },
    { input in
      let file = try SafetensorsFile(opening: input.path)
      let model = try ModelConfiguration(shapesOf: file)
      claim(([model.pixels, model.latent] + model.hidden.all).allSatisfy { $0 > 0 }, "\(model)")
      let layout = ParameterLayout(model)
      try TensorFile.requireFit([TensorFile.commonPrefix(of: file)], layout, in: file)
      // A file that fits holds four bytes of each parameter, or two of half precision.
      claim(
        2 * layout.parameterCount <= input.bytes.count, "\(model) is larger than the file")
    })
}
