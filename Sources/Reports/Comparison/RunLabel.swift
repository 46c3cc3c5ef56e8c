internal import Checkpoints
internal import Engine
internal import Platform
internal import VAE

/// What the page calls a run that is compared, and the recipe of its model.
struct RunLabel: Codable {
  /// A name that the other run does not have.
  let name: String
  /// Progress and settings, in one line; empty where the files do not tell them.
  let recipe: String

  /// The labels of what `paths` mean: the paths' last names or, if these are the same, the paths.
  static func labels(of paths: [String]) throws -> [RunLabel] {
    let names = names(of: paths)
    return try zip(paths, names).map { RunLabel(name: $1, recipe: try recipe(of: $0)) }
  }

  static func names(of paths: [String]) -> [String] {
    let last = paths.map { path in
      let path = FileSystem.withoutTrailingSlashes(path)
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return [".", ".."].contains(name)
        ? FileSystem.resolved(path).split(separator: "/").last.map(String.init) ?? name : name
    }
    return Set(last).count == last.count ? last : paths
  }

  private static func recipe(of path: String) throws -> String {
    let reference = try CheckpointReference(path)
    // A model can be used without the state beside it.
    let state = try? reference.state()
    let progress = state.map {
      let step = $0.progress.step
      return [
        Wording.count($0.progress.epoch, "epoch"),
        "\(step.grouped) \(step == 1 ? "step" : "steps")",
      ]
    }
    // The kind of the model is told before.
    let settings = try reference.toldFigures(state).filter { $0.name != .model }
    return ((progress ?? []) + settings.map(\.words)).joined(separator: ", ")
  }
}
