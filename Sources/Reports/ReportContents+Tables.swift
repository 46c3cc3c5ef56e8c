internal import Checkpoints
internal import Formats
internal import VAE

extension ReportContents {
  /// The section about the flags of the run, and the machines of its last job.
  var configuration: ReportPage.Section {
    let asked: Markup =
      record.configuration.isEmpty
      ? .missing("The run directory has no \(RunFiles.configuration).")
      : .list(record.configuration)
    let place: Markup =
      environment.isEmpty
      ? .missing("The run directory has no \(RunFiles.environment).") : .list(environment)
    return ReportPage.Section(
      "Configuration and environment", id: "configuration",
      content: [
        .row([
          .element("div", content: .element("h3", content: Markup("Configuration")), asked),
          .element(
            "div", content: .element("h3", content: Markup("Environment of the last job")), place),
        ])
      ])
  }

  private var environment: [(name: String, value: String)] {
    guard let found = record.environment else { return [] }
    let hosts = found.hosts.map { "\($0.name): \($0.ranks) \($0.ranks == 1 ? "rank" : "ranks")" }
    return [
      ("processor", found.processor), ("instructions", found.instructions), ("MPI", found.mpi),
      ("ranks", "\(found.ranks)"), ("threads of a rank", "\(found.threadsPerRank)"),
      ("hosts", hosts.joined(separator: ", ")),
    ]
  }

  /// The section about reading the model and the metrics in Python.
  var use: ReportPage.Section {
    let decoding = PythonExample.decoding(
      "latest/\(Checkpoint.modelName)", ParameterLayout(sizes),
      into: "images")
    return ReportPage.Section(
      "In Python", id: "python",
      content: [
        .paragraph(
          "In the run directory. The parameters have \(sizes.tensorNames); rows are one JSON object a line."
        ),
        .code(
          """
          import json
          \(decoding)

          rows = [json.loads(line) for line in open("metrics.jsonl")]
          losses = {row["epoch"]: row.get("test_loss") for row in rows if row["kind"] == "epoch"}
          """),
      ])
  }
}
