public import ArgumentParser
internal import Checkpoints
public import Engine
public import Images
internal import Inference
public import Kernels
internal import MPI
internal import Reports
public import VAE

/// The checkpoint that a command uses.
struct CheckpointArgument: ParsableArguments {
  @Argument(
    help: "A run directory, a checkpoint directory or a .safetensors file.",
    completion: .directory)
  var checkpoint: String

  func validate() throws {
    if checkpoint.isEmpty { throw ValidationError("<checkpoint> must name one, not be empty") }
  }

  /// Reads the model on all ranks, for use on `threads` threads of each rank; collective.
  func read(threads: Int, among world: borrowing Communicator) throws -> TrainedModel {
    try TrainedModel(
      checkpoint, threads: threads, command: ProgramArguments.resolved, among: world)
  }
}

/// Where the images are.
struct DataOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Images: IDX, NumPy or PNG files. (default: a run's own, else where scripts/fetch-mnist puts MNIST)",
      valueName: "path"),
    completion: .file())
  var data: String?

  func validate() throws {
    if data?.isEmpty == true {
      throw ValidationError("--data must name a folder or a file, not be empty")
    }
  }

  /// The folder that the flag names, or the default one.
  var directory: String { data ?? Dataset.defaultDirectory }
}

/// The images that a model is trained or used on.
struct ImageOptions: ParsableArguments {
  @OptionGroup private var place: DataOption

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Let rows and columns of each image change places: EMNIST's lie on their side. (default: as a "
        + "run's own, else no)", visibility: .hidden))
  private var transpose: Bool?

  /// What the flags say; nil where they are not given.
  var asked: AskedImages { AskedImages(path: place.data, isTransposed: transpose) }
}

/// The number of threads of each rank.
struct ThreadOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads of each rank; bind them: mpirun --map-by slot:PE=<n>.", valueName: "n"))
  var threadsPerRank = 1

  /// The number of threads.
  var count: Int { threadsPerRank }

  func validate() throws {
    if !(1...1024).contains(threadsPerRank) {
      throw ValidationError("--threads-per-rank must be from 1 to 1024")
    }
  }

  /// A session that uses `model`, which must outlive the session, with this number of threads.
  func inference(_ model: borrowing TrainedModel) throws -> InferenceSession {
    try InferenceSession(
      model.layout, model.parameters, shown: model.shown, threads: count)
  }
}

/// The size of pictures.
struct ScaleOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "How many times an image is enlarged in each direction of a .png file.")
  var scale = 2

  func validate() throws {
    if !(1...32).contains(scale) { throw ValidationError("--scale must be from 1 to 32") }
  }
}

/// The formats of files with images, pages or numbers, by the ends of their names.
enum FileFormat: String {
  case png
  case npy
  case html

  /// The format that the end of the file name `path` asks for: one of `formats`, which the command
  /// can write. `flag` is the flag that gives the name.
  ///
  /// - Throws: `ValidationError` where the end asks for none of `formats`.
  init(path: String, of flag: String = "--output", among formats: FileFormat...) throws {
    guard let format = formats.first(where: { path.hasSuffix(".\($0.rawValue)") }) else {
      let ends = formats.map { ".\($0.rawValue)" }.joined(separator: " or ")
      throw ValidationError("\(flag) must end in \(ends); '\(path)' does not")
    }
    self = format
  }
}

extension Precision: ExpressibleByArgument {}

extension PixelProtocol: ExpressibleByArgument {}

extension TeamMode: ExpressibleByArgument {}

extension ModelKind: ExpressibleByArgument {}

extension Activation: ExpressibleByArgument {}

extension OutputBias: ExpressibleByArgument {}

extension Objective.Bound: ExpressibleByArgument {}

extension LayerWidths: ExpressibleByArgument {
  /// Reads numbers with commas between them.
  public init?(argument: String) { self.init(argument) }
}

extension ExchangeMode: ExpressibleByArgument {}

extension OptimizerKind: ExpressibleByArgument {}

extension LearningRateSchedule: ExpressibleByArgument {}

extension Milestones: ExpressibleByArgument {
  /// Reads the word of a command line.
  public init?(argument: String) { self.init(argument) }
}

extension Dataset.Split: ExpressibleByArgument {}

extension Switch: ExpressibleByArgument {
  /// Reads the word of a command line, or a word that files and variables have for flags without a value.
  public init?(argument: String) {
    switch argument.lowercased() {
    case "on", "true", "yes", "1": self = .on
    case "off", "false", "no", "0": self = .off
    default: return nil
    }
  }
}

extension ModelExport.Format: ExpressibleByArgument {}

extension ModelExport.Part: ExpressibleByArgument {}

extension CheckpointInterval: ExpressibleByArgument {
  /// Reads the word of a command line.
  public init?(argument: String) { self.init(argument) }
}

extension NonfinitePolicy: ExpressibleByArgument {
  /// Reads the word of a command line.
  public init?(argument: String) { self.init(argument) }
}

extension Retention: ExpressibleByArgument {
  /// Reads the word of a command line.
  public init?(argument: String) { self.init(argument) }
}
