internal import Formats
internal import Kernels
internal import Platform

/// Another program that trains the same model in the same way.
enum Peer: String, CaseIterable, Codable {
  case jax
  case torch
  case torchMPI = "torch_mpi"
  case torchDDP = "torch_ddp"

  /// The name in the table.
  var name: String {
    switch self {
    case .jax: "JAX, whole epoch compiled"
    case .torch: "PyTorch, one process"
    case .torchMPI: "PyTorch + mpi4py all-reduce"
    case .torchDDP: "PyTorch DDP (gloo)"
    }
  }

  /// Whether it runs as one process with a thread on each core.
  var isOneProcess: Bool { self == .jax || self == .torch }

  /// The script's name.
  var script: String {
    switch self {
    case .jax: "vae_jax.py"
    case .torch: "vae_torch.py"
    case .torchMPI: "vae_torch_mpi.py"
    case .torchDDP: "vae_torch_ddp.py"
    }
  }
}

/// Where peers are, and how they are run.
struct PeerBench {
  /// A Python virtual environment.
  let environment: String

  /// The folder of the scripts.
  let scripts: String

  /// What a peer's script prints.
  struct Answer: Decodable {
    var imagesPerSecond: Double
    var seconds: Double
    var reached: Double?
    var epochs: Int?
    var testLoss: Double?
  }

  /// Runs a peer on `ranks` cores; nil, with the reason, where it is not installed.
  func run(
    _ peer: Peer, ranks: Int, _ job: MPIJob, words: [String], limit: Double
  ) throws -> (answer: Answer?, reason: String?) {
    let program =
      ["\(environment)/bin/python", "\(scripts)/\(peer.script)", "--cores", "\(ranks)"] + words
    let outcome = try job.run(
      peer.isOneProcess ? program : job.words(ranks: ranks, program), limit: limit,
      tolerating: .unavailable)
    guard outcome.status == 0 else { return (nil, outcome.sentence ?? "cannot run here") }
    guard let answer = JSONText.last(Answer.self, in: outcome.output) else {
      throw Failure(
        .inputOutput,
        "\(peer.script) printed no result: \(outcome.output); run it by itself to see why")
    }
    return (answer, nil)
  }
}

/// What was measured of a peer.
struct PeerRow: Codable {
  var peer: Peer

  /// Why there are no figures.
  var unavailable: String?

  var imagesPerSecond: Summary?

  /// Lockstep's images a second over the peer's, round by round, by Lockstep's precision.
  var ratios: [Ratio] = []

  /// Lockstep over a peer.
  struct Ratio: Codable {
    var precision: Precision
    var lockstepOverPeer: Summary
  }
}
