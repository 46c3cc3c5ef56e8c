import Foundation
import Support
import Testing

/// Event files, read by TensorBoard's own package.
@Suite(.needsPython) struct TensorBoardTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private var eventFiles: [String] {
    get throws {
      try folder.contents.names().filter { $0.hasPrefix("events.out.tfevents.") }
    }
  }

  /// What TensorBoard keeps of a run directory, checked against the other files in it.
  private static let reading = """
    import glob, json, os
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata
    events = EventAccumulator("run", {k: 0 for k in
        ("scalars", "images", "histograms", "tensors", "compressedHistograms")}).Reload()
    rows = [json.loads(line) for line in open("run/metrics.jsonl")]
    def curve(tag): return [(e.step, e.value) for e in events.Scalars(tag)]
    def close(a, b): return abs(a - b) <= 1e-6 * abs(b)
    def expect_curves(keys):
        for kind, names in keys.items():
            for name in names:
                mine = curve(f"{kind}/{name}")
                theirs = [(r["step"], r[name]) for r in rows if r["kind"] == kind]
                assert [s for s, _ in mine] == [s for s, _ in theirs], (name, mine, theirs)
                assert all(close(a, b) for (_, a), (_, b) in zip(mine, theirs)), (name, mine)

    """

  /// The first file ends within a record, as after a crash; the run then goes back to step 4.
  @Test("a run that went back and on is one curve without overlap")
  func curves() throws {
    let first = try #require(try eventFiles.first)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(folder.run)/\(first)"))
    try file.truncate(atOffset: try file.seekToEnd() - 5)
    try file.close()
    try folder.train("--epochs", "3", "--resume", "\(folder.run)/step-00000004", on: .ranks(2))
      .succeed()
    #expect(try eventFiles.count == 2)
    try Python.run(
      Self.reading + """
        expect_curves({"step": ["loss", "reconstruction", "kl", "gradient_norm"], "epoch": ["train_loss",
            "test_loss", "reconstruction", "kl", "images_per_second"]})
        assert [s for s, _ in curve("step/loss")] == list(range(1, 13))
        assert all(v > 0 for _, v in curve("step/images_per_second"))
        for kind in "step", "epoch":
            assert all(0 <= v < 1 for _, v in curve(f"{kind}/waiting"))
        assert [s for s, _ in curve("epoch/waiting")] == [4, 8, 12]
        for kind in "step", "epoch":
            assert all(close(v, 1e-3) for _, v in curve(f"{kind}/learning_rate"))

        for tag, plugin, kind in ("step/kl", "scalars", 1), ("samples", "images", 3):
            about = events.SummaryMetadata(tag)
            assert about.summary_description and about.data_class == kind, about
            assert about.plugin_data.plugin_name == plugin, about

        assert set(events.Tags()["images"]) == {"samples", "reconstructions"}
        for tag in events.Tags()["images"]:
            images = events.Images(tag)
            assert [i.step for i in images] == [4, 8, 12]
            for number, image in enumerate(images, 1):
                png = open(f"run/{tag}/epoch-{number:03}.png", "rb").read()
                assert image.encoded_image_string == png
                from PIL import Image; import io
                assert Image.open(io.BytesIO(png)).size == (image.width, image.height)
        """, in: folder.folder.url)
  }

  @Test("latents are counted, one of each dimension for every test image")
  func histograms() throws {
    try Job(["encode", folder.run, "--data", folder.data, "--output", folder.path("z.npy")])
      .succeed()
    try Python.run(
      Self.reading + """
        import numpy as np
        means = np.load("z.npy").astype(np.float64)
        assert set(events.Tags()["histograms"]) == {"latents/mean", "latents/sample"}
        assert [h.step for h in events.Histograms("latents/sample")] == [4, 8]
        for h in [events.Histograms(t)[-1].histogram_value for t in ("latents/mean",
                "latents/sample")]:
            assert h.num == means.size == sum(h.bucket) and len(h.bucket) == len(h.bucket_limit)
        h = events.Histograms("latents/mean")[-1].histogram_value
        assert (h.min, h.max) == (means.min(), means.max())
        assert close(h.sum, means.sum()) and close(h.sum_squares, (means ** 2).sum())
        edges = [-np.inf] + h.bucket_limit[:-1] + [np.inf]
        assert np.histogram(means, edges)[0].tolist() == list(h.bucket)
        """, in: folder.folder.url)
  }

  @Test("hyper-parameters, configuration and the run's end")
  func hyperparameters() throws {
    try Python.run(
      Self.reading + """
        content = events.PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(
            content["_hparams_/session_start_info"])
        values = {k: v.number_value if v.HasField("number_value") else v.string_value
            for k, v in start.hparams.items()}
        expected = {"hidden": 16, "latent": 4, "batch-size": 50, "learning-rate": 1e-3,
            "seed": 1, "precision": "fp32", "optimizer": "adam", "epsilon": 1e-8, "pixels": "grey"}
        assert expected.items() <= values.items(), values
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        assert end.status == 1 and end.end_time_secs >= start.start_time_secs > 1.7e9
        text, = events.Tensors("config")[0].tensor_proto.string_val
        # The data of a copy are not where those of the run were.
        def lines(text): return [l for l in text.splitlines() if not l.strip().startswith("data:")]
        config = lines(open("run/config.yaml").read())
        assert lines(text.decode()) == [f"    {line}" for line in config] and len(config) > 10
        """, in: folder.folder.url)
  }

  /// TensorBoard draws all runs' values of one name in one chart.
  @Test(
    "losses of black and white pixels have names of their own", arguments: ["static", "dynamic"])
  func pixels(protocol name: String) throws {
    let run = folder.path("other")
    try folder.train(
      "--epochs", "1", "--pixels", name, "--validation", "20", run: run
    ).succeed()
    try Python.run(
      Self.reading.replacing("EventAccumulator(\"run\"", with: "EventAccumulator(\"other\"") + """
        tags = set(events.Tags()["scalars"])
        trained = {"step/loss", "step/reconstruction", "step/kl", "epoch/train_loss"}
        shown = {f"epoch/{name}" for name in ("test_loss", "reconstruction", "kl",
            "validation_loss", "validation_reconstruction", "validation_kl")}
        wanted = {f"{name}_\(name)" for name in trained} | {f"{name}_static" for name in shown}
        assert wanted <= tags and not (trained | shown) & tags, tags
        """, in: folder.folder.url)
  }

  @Test("none where none are wanted, also when the run goes on")
  func off() throws {
    let run = folder.path("other")
    try folder.train("--epochs", "1", "--tensorboard", "off", run: run).succeed()
    try folder.train("--epochs", "2", run: run).succeed()
    #expect(try !RunContents(run).names().contains { $0.hasPrefix("events.") })
  }

  /// Lets the next job's event file lead to `target`: it is called by the second after the last
  /// file's, and eleven digits are taken for no time.
  private func redirectEvents(to target: String) throws {
    try Data().write(to: URL(fileURLWithPath: "\(folder.run)/events.out.tfevents.9999999999.x"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.run)/events.out.tfevents.10000000000.lockstep",
      withDestinationPath: target)
  }

  @Test("a file that cannot be begun", arguments: Launch.both)
  func unwritable(launch: Launch) throws {
    // Writing to this device fails as on a disk without space: full(4).
    try redirectEvents(to: "/dev/full")
    let job = folder.train("--epochs", "3", on: launch)
    try job.fail(74, "0000000000.lockstep: cannot write to it: No space left on device")
    #expect(try folder.contents.latest() == "step-00000008")
  }

  /// The largest file that is allowed is larger than any of the library's own, and ends after a few
  /// records.
  @Test("a file that takes no more ends the run as metrics do, and has whole records")
  func full() throws {
    let (filler, limit) = (20_000_000, 20_004_000)
    let file = URL(fileURLWithPath: folder.path("events"))
    try Data(count: filler).write(to: file)
    try redirectEvents(to: file.path)
    let job = folder.train("--epochs", "9", "--max-save-failures", "0")
    let outcome = try Command(
      ["prlimit", "--fsize=\(limit)"] + job.command.words, environment: job.command.environment
    ).run()
    outcome.expectFailure(74, ["0000000000.lockstep: cannot write to it: File too large"])
    let latest = try folder.contents.latest()
    #expect(try folder.contents.isWhole(latest) && latest > "step-00000008")
    let records = try Data(contentsOf: file).dropFirst(filler)
    try records.write(to: URL(fileURLWithPath: folder.path("events.out.tfevents.1")))
    try Python.run(
      """
      from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New
      reader, size, count = PyRecordReader_New("events.out.tfevents.1"), 0, 0
      while True:
          try: reader.GetNext()
          except Exception as e:
              assert type(e).__name__ == "OutOfRangeError", e
              break
          size, count = size + len(reader.record()) + 16, count + 1
      import os
      assert size == os.path.getsize("events.out.tfevents.1"), size
      assert count > 4, count  # the three that a job begins with, and some of steps
      """, in: folder.folder.url)
    try folder.train("--epochs", "4").succeed()
    #expect(try folder.contents.steps("epoch") == [4, 8, 12, 16])
  }
}
