internal import ArgumentParser

extension Bench {
  /// What `lockstep bench` can do; the raw value is the flag that asks for it, empty for none.
  private enum Task: String {
    case measure = ""
    case prove = "--prove"
    case exchanges = "--exchanges"
    case predict = "--predict"
  }

  private var task: Task {
    if proof.prove { return .prove }
    if exchange.exchanges { return .exchanges }
    return prediction.predict ? .predict : .measure
  }

  /// Refuses flags that make no difference to the task.
  ///
  /// - Throws: `ValidationError` with the first of them.
  func refuseIgnoredFlags() throws {
    let flags: [(name: String, isGiven: Bool, tasks: [Task])] = [
      ("--steps", proof.steps != nil, [.prove]),
      ("--precision", proof.precision != nil, [.prove]),
      ("--from", prediction.from != nil, [.predict]),
      ("--nodes", prediction.nodes != nil, [.predict]),
      ("--bandwidth", prediction.bandwidth != nil, [.predict]),
      ("--latency", prediction.latency != nil, [.predict]),
      ("--overhead", prediction.overhead != nil, [.predict]),
      ("--rounds", rounds != nil, [.measure, .exchanges]),
      ("--seconds", seconds != nil, [.measure, .exchanges]),
      ("--quick", quick, [.measure, .exchanges, .prove]),
      ("--peers", peers != nil, [.measure]),
    ]
    guard let flag = flags.first(where: { $0.isGiven && !$0.tasks.contains(task) }) else { return }
    throw ValidationError(
      task == .measure
        ? "\(flag.name) is only for \(flag.tasks[0].rawValue)"
        : "\(flag.name) makes no difference to \(task.rawValue); leave it out")
  }
}
