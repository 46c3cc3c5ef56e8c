internal import FoundationEssentials

/// A hyper-parameter's value.
package enum Hyperparameter: Sendable, Equatable {
  /// A number.
  case number(Double)
  /// A word.
  case text(String)
}

extension Summary {
  /// Adds a run's hyper-parameters, for TensorBoard's table of runs; `time` is in seconds since
  /// 1970.
  ///
  /// Source: tensorboard/plugins/hparams/metadata.py, api.proto. Without a message that describes
  /// the experiment, TensorBoard works the description out from the runs that it finds.
  package mutating func addHyperparameters(_ values: [String: Hyperparameter], at time: Double) {
    var start = TensorBoardHyperparameters.SessionStart()
    start.hparams = values.mapValues { value in
      var message = TensorBoardHyperparameters.Value()
      switch value {
      case .number(let number): message.numberValue = number
      case .text(let text): message.stringValue = text
      }
      return message
    }
    start.startTimeSecs = time
    addHyperparameters("session_start_info") { $0.sessionStartInfo = start }
  }

  /// Adds that the run has come to its end at `time`, in seconds since 1970.
  package mutating func addSuccess(at time: Double) {
    var end = TensorBoardHyperparameters.SessionEnd()
    end.status = 1
    end.endTimeSecs = time
    addHyperparameters("session_end_info") { $0.sessionEndInfo = end }
  }

  private mutating func addHyperparameters(
    _ name: String, _ fill: (inout TensorBoardHyperparameters) -> Void
  ) {
    var content = TensorBoardHyperparameters()
    fill(&content)
    var value = TensorBoardSummary.Value()
    value.tag = "_hparams_/\(name)"
    value.metadata.pluginData.pluginName = "hparams"
    value.metadata.pluginData.content = Data(content.encode())
    // Only the metadata counts: the number is there because a value must have one.
    value.tensor.dtype = 1
    value.tensor.tensorShape.dim = [.init()]
    values.value.append(value)
  }
}
