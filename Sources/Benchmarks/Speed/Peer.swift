internal import Kernels
internal import Platform
internal import Ranks

/// Another program that trains the same model in the same way, for comparison.
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

  /// Whether the peer runs as one process with a thread on each core, rather than under `mpirun`.
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

/// Where peers are installed, and how they are run.
package struct PeerBench {
  /// The path of a Python virtual environment.
  let environment: String

  /// The folder of the scripts.
  let scripts: String

  /// Peers of the virtual environment at `environment`, whose scripts are in the folder `scripts`.
  package init(environment: String, scripts: String) {
    self.environment = environment
    self.scripts = scripts
  }

  /// What a peer's script prints: always a rate and the seconds of training, and the other members if the
  /// script was asked to train up to a loss. `reached` is in seconds, nil where the loss was not reached.
  struct Answer: Decodable {
    var imagesPerSecond: Double
    var seconds: Double
    var reached: Double?
    var epochs: Int?
    var testLoss: Double?
  }

  /// Runs a peer on `ranks` cores to do `task`, for at most `limit` seconds.
  ///
  /// - Returns: the peer's answer; where the peer is not installed, nil and the reason.
  /// - Throws: as ``MPIJob/run(_:limit:tolerating:variables:prompt:)``.
  func run(
    _ peer: Peer, _ job: MPIJob, ranks: Int, task: PeerTask, limit: Double
  ) throws -> (answer: Answer?, reason: String?) {
    let program =
      ["\(environment)/bin/python", "\(scripts)/\(peer.script)", "--cores", "\(ranks)"] + task.flags
    // Without the variable, a peer's libraries would start a thread for each core in every rank.
    let outcome = try job.run(
      peer.isOneProcess ? program : job.command.words(ranks: ranks, for: program), limit: limit,
      tolerating: .unavailable, variables: ["OMP_NUM_THREADS": "1"])
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
  /// The program.
  var peer: Peer

  /// Why there are no figures; nil where there are.
  var unavailable: String?

  var imagesPerSecond: MedianAndRange?

  /// For each number format, Lockstep's images a second over the peer's, round by round.
  var ratios: [Ratio] = []

  /// Lockstep's images a second over a peer's.
  struct Ratio: Codable {
    var precision: Precision
    var lockstepOverPeer: MedianAndRange
  }
}

/// What a peer's script is asked to do.
enum PeerTask {
  /// To train on the images in `data` for `seconds`, with files of its own in the folder `scratch`.
  case pace(seconds: Double, data: String, scratch: String)

  /// To train on the images in `data` until the test loss is at most this number of nats.
  case loss(Double, data: String)

  /// The flags of the script.
  fileprivate var flags: [String] {
    switch self {
    case .pace(let seconds, let data, let scratch):
      ["--data", data, "--seconds", "\(seconds)", "--scratch", scratch]
    case .loss(let loss, let data): ["--data", data, "--until-loss", "\(loss)"]
    }
  }
}
