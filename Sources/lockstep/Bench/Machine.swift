internal import Platform

/// The machine that this process runs on, as far as it may use it.
struct Machine: Codable, Equatable {
  /// The processor's name.
  var processor: String

  /// Physical cores that this process may use: hardware threads of one core share its arithmetic.
  var cores: Int

  /// Whether this process is confined to some of the machine's processors.
  var isConfined: Bool

  /// Asks the system.
  static var here: Machine {
    let cores = UsableCores()
    return Machine(
      processor: cores.processor, cores: cores.count, isConfined: cores.isConfined)
  }
}
