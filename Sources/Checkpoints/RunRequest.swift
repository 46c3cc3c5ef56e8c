package import Engine
package import Platform
package import Ranks

/// What a run is asked for: the settings that were given, and what concerns one launch alone.
///
/// A setting is there under the name that it has in ``Recipe`` or ``RunConfiguration``, and nil
/// where it was not given:
///
///     var request = RunRequest()
///     request.learningRate = 1e-4
@dynamicMemberLookup
package struct RunRequest: Equatable, Codable, Sendable {
  /// The settings that were given, sorted, so that equal requests are encoded alike.
  private var given: [SettingName] = []

  /// The values of these settings; all other values are defaults.
  private var values = RunConfiguration(data: "")

  /// How many threads each rank has. Like the count of ranks, this is a matter of each launch, not of the
  /// run.
  package var threadsPerRank = 1
  /// End, with a checkpoint, once the run has made this many steps in all.
  package var maxSteps: Int?
  /// End, with a checkpoint, once so many seconds have passed since the program began, by rank zero's clock.
  package var stopAfter: Double?
  /// Whether ``RunReport`` is written at the end.
  package var report = true
  /// Which checkpoint to go on from.
  package var resume = Resume.auto

  /// Whether this very request has begun the run before: it goes on from the run's newest checkpoint then,
  /// whatever ``resume`` says, and begins as that says where the run has none yet.
  package var isRepeated = false
  /// Whether a run may go on with images that it was not trained on.
  package var acceptsOtherData = false
  /// After how long without progress the ranks that stand still are named, and the job ends.
  package var stallLimits = StallWatch.Limits()
  /// The program that trains, for the run's record.
  package var program = ProgramVersion()
  /// Whether only ``TrainingForecast`` is asked for.
  package var isDryRun = false

  /// No setting at all.
  package init() {}
}

extension RunRequest {
  /// A setting of the recipe; nil where it was not given.
  package subscript<Value>(dynamicMember path: WritableKeyPath<Recipe, Value>) -> Value? {
    get { given.contains(Self.name(path)) ? values.recipe[keyPath: path] : nil }
    set {
      note(Self.name(path), isGiven: newValue != nil)
      values.recipe[keyPath: path] = newValue ?? Recipe()[keyPath: path]
    }
  }

  /// A setting of the recipe that a recipe need not have; nil where it was not given.
  package subscript<Value>(dynamicMember path: WritableKeyPath<Recipe, Value?>) -> Value? {
    get { values.recipe[keyPath: path] }
    set {
      note(Self.name(path), isGiven: newValue != nil)
      values.recipe[keyPath: path] = newValue
    }
  }

  /// A setting of the run; nil where it was not given.
  package subscript<Value>(
    dynamicMember path: WritableKeyPath<RunConfiguration, Value>
  ) -> Value? {
    get { given.contains(Self.name(path)) ? values[keyPath: path] : nil }
    set {
      note(Self.name(path), isGiven: newValue != nil)
      values[keyPath: path] = newValue ?? RunConfiguration(data: "")[keyPath: path]
    }
  }

  /// A setting of the run that a configuration need not have; nil where it was not given.
  package subscript<Value>(
    dynamicMember path: WritableKeyPath<RunConfiguration, Value?>
  ) -> Value? {
    get { values[keyPath: path] }
    set {
      note(Self.name(path), isGiven: newValue != nil)
      values[keyPath: path] = newValue
    }
  }

  private static func name(_ path: PartialKeyPath<Recipe>) -> SettingName {
    Recipe.table.setting(at: path).name
  }

  private static func name(_ path: PartialKeyPath<RunConfiguration>) -> SettingName {
    RunConfiguration.table.setting(at: path).name
  }

  private mutating func note(_ name: SettingName, isGiven: Bool) {
    given.removeAll { $0 == name }
    if isGiven { given = (given + [name]).sorted() }
  }
}

extension RunRequest {
  /// Puts the settings that were given in the place of `configuration`'s values.
  package func apply(to configuration: inout RunConfiguration) {
    for setting in Recipe.table.settings where given.contains(setting.name) {
      setting.copy(from: values.recipe, to: &configuration.recipe)
    }
    for setting in RunConfiguration.table.settings where given.contains(setting.name) {
      setting.copy(from: values, to: &configuration)
    }
  }

  /// What is impossible about the settings that were given, whatever run they are for, in one sentence; nil
  /// where nothing is.
  package var problem: Sentence? { values.valueProblem }

  /// The same request with `data` absolute, and `initialParameters` absolute and free of links, so that a
  /// later `latest` does not change it. ``resume`` stays as it is: it is used at once.
  package var withAbsolutePaths: RunRequest {
    var request = self
    request.data = request.data.map(FileSystem.absolute)
    request.initialParameters = request.initialParameters.map(FileSystem.resolved)
      .map(FileSystem.absolute)
    return request
  }
}

/// Which checkpoint a run goes on from.
package enum Resume: Equatable, Codable, Sendable {
  /// The newest whole checkpoint in the run directory; from the beginning where the directory has no
  /// checkpoint.
  case auto
  /// No checkpoint: the run begins anew.
  case none
  /// The checkpoint at this path, or the newest whole one of the run there.
  case checkpoint(String)
}

/// On or off.
package enum Switch: String, Codable, Sendable, CaseIterable {
  /// The run does it.
  case on
  /// The run does not do it.
  case off
}

extension Switch: SettingValue {}
