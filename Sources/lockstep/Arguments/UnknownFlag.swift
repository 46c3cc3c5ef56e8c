internal import Ranks

/// A word that begins with a hyphen and is no flag of the command.
struct UnknownFlag {
  /// A sentence about the word, with the flag that it may mean.
  let sentence: String

  /// Looks for the first such word in `words`, those after the name of `command`; nil where there is no
  /// such word. `flags` are those of the command. Without a known command, `words` are all words.
  init?(in words: [String], _ flags: [CommandFlag], of command: String?) {
    let unknown = zip(words, WordRole.all(of: words, flags)).first { word, role in
      guard case .unknown = role else { return false }
      return !word.hasPrefix("--") || !Self.everywhere.contains(Self.name(in: word))
    }
    guard let word = unknown?.0 else { return nil }
    let head = "Unknown option '\(word.prefix { $0 != "=" })'"
    let name = Self.name(in: word)
    if Self.ranks.contains(name),
      let own = flags.first(where: { Self.ranks.contains($0.name ?? "") })
    {
      sentence = "\(head); did you mean '--\(own.name ?? "")'?"
    } else if let command, Self.ranks.contains(name) {
      sentence =
        "\(head): the launcher is told how many ranks there are, as in "
        + "\(MPILauncher.own.program) -n 2 lockstep \(command)"
    } else if let command, Self.runs.contains(Self.synonyms[name] ?? name),
      flags.contains(where: \.isRun)
    {
      sentence = "\(head): it is named without a flag, as in lockstep \(command) checkpoints/mnist"
    } else if command == nil, let command = Self.command(with: name) {
      let meant = "--\(Self.synonyms[name] ?? name)"
      sentence = "\(head) before the command; did you mean 'lockstep \(command) \(meant)'?"
    } else {
      let isOwn = flags.contains { $0.names.contains(name) }
      let other = isOwn ? nil : Self.command(with: name, orSynonym: false)
      let off = flags.first { "no-\($0.name ?? "")" == name && $0.allValues?.last == "off" }
      let meant = Self.meant(by: name, among: flags.flatMap(\.names) + Self.everywhere)
      if let other, Self.synonyms[name] == nil {
        sentence = "\(head): it is a flag of lockstep \(other)"
      } else {
        sentence =
          head
          + ((off?.name.map { "\($0) off" } ?? meant).map { "; did you mean '--\($0)'?" } ?? "")
      }
    }
  }

  /// Names that the flags have in other programs, whose spelling is too different for
  /// ``NearestName``: PyTorch's examples, Lightning, the trainers of Hugging Face and Keras.
  static let synonyms = [
    "lr": "learning-rate", "learning-rate-init": "learning-rate", "step-size": "learning-rate",
    "batch": "batch-size", "bs": "batch-size", "b": "batch-size",
    "per-device-train-batch-size": "batch-size",
    "num-epochs": "epochs", "num-train-epochs": "epochs", "max-epochs": "epochs", "e": "epochs",
    "output-dir": "run", "checkpoint-dir": "run", "logdir": "run", "log-dir": "run",
    "save-dir": "run", "run-dir": "run", "default-root-dir": "run", "out": "output",
    "o": "output", "out-file": "output",
    "data-dir": "data", "data-path": "data", "dataset": "data", "root": "data",
    "num-threads": "threads-per-rank", "threads": "threads-per-rank",
    "hidden-dim": "hidden", "hidden-size": "hidden", "latent-dim": "latent",
    "latent-size": "latent", "z-dim": "latent", "dtype": "precision", "random-seed": "seed",
    "manual-seed": "seed", "resume-from": "resume", "resume-from-checkpoint": "resume",
    "ckpt-path": "resume", "pretrained": "init", "weights": "init", "num-samples": "count",
    "log-interval": "log-every", "save-every": "checkpoint-every", "save-steps": "checkpoint-every",
    "save-total-limit": "keep", "time-limit": "stop-after", "max-time": "stop-after",
    "init-timeout": "connect-timeout", "timeout": "stall-abort", "watchdog": "stall-abort",
    "skip-nan": "on-nonfinite", "terminate-on-nan": "on-nonfinite",
    "detect-anomaly": "on-nonfinite",
    "max-restart": "max-restarts", "restart": "max-restarts", "restarts": "max-restarts",
    "retries": "max-restarts", "min-nodes": "min-ranks", "machinefile": "hostfile", "hosts": "host",
    "q": "quiet", "silent": "quiet", "v": "version", "V": "version",
  ]

  /// Names that the number of ranks has in launchers and similar programs.
  private static let ranks = [
    "n", "np", "ranks", "world-size", "nproc", "nproc-per-node", "num-processes", "nodes",
  ]

  /// Names of flags for the run or the checkpoint, which most commands take as a positional argument.
  private static let runs = ["run", "checkpoint", "model", "init"]

  /// The flags that every command has.
  private static let everywhere = [
    "help", "help-hidden", "version", "generate-completion-script", "experimental-dump-help",
  ]

  /// The first command that has a flag called `name`; nil where no command has.
  private static func command(with name: String, orSynonym: Bool = true) -> String? {
    guard !everywhere.contains(name) else { return nil }
    let name = orSynonym ? synonyms[name] ?? name : name
    return try? CommandDescription.program().commands.first { command in
      command.flags.contains { $0.names.contains(name) }
    }?.name
  }

  /// The name in a word: without the hyphens before it and the value behind it, with hyphens for
  /// underscores.
  private static func name(in word: String) -> String {
    word.drop { $0 == "-" }.prefix { $0 != "=" }.map { $0 == "_" ? "-" : String($0) }.joined()
  }

  /// The one of `names` that is `name`, for which `name` is another word, that alone begins with `name`,
  /// or that is nearest to `name`; nil where there is none.
  static func meant(by name: String, among names: [String]) -> String? {
    let name = names.contains(name.lowercased()) ? name.lowercased() : name
    if names.contains(name) { return name }
    if let synonym = synonyms[name], names.contains(synonym) { return synonym }
    let longer = names.filter { $0.hasPrefix(name) }
    if name.count > 2, longer.count == 1 { return longer[0] }
    return NearestName(to: name, among: names).name
  }
}
