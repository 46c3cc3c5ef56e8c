@testable import Engine
import Foundation
import Support
import Testing

/// `report.html`: what training leaves, and what the command makes of any run directory.
@Suite struct ReportTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private func report(
    _ run: String? = nil, _ words: [String] = [], _ launch: Launch = .alone
  ) throws -> String {
    let output = folder.path("page.html")
    try Job(["report", run ?? folder.run, "--output", output] + words, launch).succeed()
    return String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder.run)/\(name)")
  }

  /// The copy's name is that of the run it is a copy of.
  @Test("training leaves the very page that the command makes, on any number of ranks")
  func same() throws {
    // The data of the run that this one is a copy of, which its configuration names.
    let left = try folder.contents.text("report.html")
    for launch in [Launch.alone, .ranks(2), .ranks(3)] {
      #expect(try report(nil, [], launch) == left, "\(launch.testDescription)")
    }
    try Job(["report", folder.run]).succeed()
    #expect(try folder.contents.text("report.html") == left)
    for part in [
      "Test loss", "id=\"epoch-1\"", "class=\"scatter\"", "From label to label",
      "model.safetensors SHA-256 \(try folder.contents.digest())",
    ] {
      #expect(left.contains(part), "\(part)")
    }
  }

  @Test("what needs data or a checkpoint is left out, and said to be")
  func missing() throws {
    let data = folder.path("nothing: at all # über")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try Job(["report", folder.run, "--data", data]).fail(74, data)
    let config = try folder.contents.text("config.yaml")
      .replacing(/data: .*/, with: "data: '\(data)'")
    try Data(config.utf8).write(to: URL(fileURLWithPath: "\(folder.run)/config.yaml"))
    let withoutData = try report(nil, [], .ranks(2))
    #expect(withoutData.contains("The test images could not be used: \(data): there is no"))
    #expect(!withoutData.contains("class=\"scatter\""))
    #expect(withoutData.contains("from one draw of the prior to another"))
    for name in try folder.contents.names()
    where name.hasPrefix("step-") || ["latest", "best", "samples", "config.yaml"].contains(name) {
      try remove(name)
    }
    let bare = try report()
    #expect(bare.contains("The run directory has no checkpoint."))
    #expect(!bare.contains("model.safetensors SHA-256"))
    #expect(bare.contains("The run directory has no config.yaml."))
    #expect(bare.contains("Reconstructions:") && !bare.contains("Samples: decoded"))
    for name in ["metrics.jsonl", "reconstructions", "environment.json"] { try remove(name) }
    try Data().write(to: URL(fileURLWithPath: "\(folder.run)/metrics.jsonl"))
    let empty = try report()
    for sentence in ["No row is logged yet.", "no pictures yet", "has no environment.json"] {
      #expect(empty.contains(sentence), "\(sentence)")
    }
  }

  @Test("a run whose first epoch has not ended shows its steps")
  func young() throws {
    let run = folder.path("young")
    try folder.train("--max-steps", "3", run: run).succeed()
    let page = try RunContents(run).text("report.html")
    #expect(page.contains("after 3 steps; no epoch has ended yet"))
    #expect(page.contains("Loss by step") && page.contains("class=\"scatter\""))
  }

  @Test("no text of a run directory becomes a tag")
  func hostile() throws {
    let run = folder.path("<b id=x>&\"'")
    try FileManager.default.copyItem(atPath: folder.run, toPath: run)
    let config = try folder.contents.text("config.yaml") + "extra: <script>alert(1)</script>\n"
    try Data(config.utf8).write(to: URL(fileURLWithPath: "\(run)/config.yaml"))
    let environment = try folder.contents.text("environment.json")
      .replacing(/"name" : "[^"]*"/, with: #""name" : "<img src=x>""#)
    try Data(environment.utf8).write(to: URL(fileURLWithPath: "\(run)/environment.json"))
    let page = try report(run)
    #expect(!page.contains("<script") && !page.contains("<b id") && !page.contains("<img src=x"))
    #expect(page.contains("Lockstep run: &lt;b id=x&gt;&amp;&quot;&#39;"))
    #expect(page.contains("&lt;script&gt;") && page.contains("&lt;img src=x&gt;"))
  }

  @Test("what is no run is refused", arguments: Launch.both)
  func refused(launch: Launch) throws {
    let run = folder.run
    try Job(["report", folder.path("nowhere")], launch).fail(74, "there is no run here")
    try Job(["report", "\(run)/latest"], launch).fail(65, "this is no run directory")
    try Job(["report", run, "--output", folder.path("nowhere/x.html")], launch).fail(74, "x.html")
  }

  @Test("a damaged checkpoint is told of")
  func damaged() throws {
    try remove("step-00000004")
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.run)/latest/model.safetensors"))
    try Job(["report", folder.run]).fail(65, "model.safetensors")
  }

  @Test("training succeeds where its report cannot be written", arguments: Launch.both)
  func unwritable(launch: Launch) throws {
    try remove("report.html")
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/report.html/x", withIntermediateDirectories: true)
    let outcome = try folder.train("--epochs", "3", on: launch).succeed()
    #expect(outcome.errors.contains("its report could not be written"))
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
  }

  @Test("--report off leaves none, and neither does a run that was stopped")
  func none() throws {
    for words in [["--report", "off", "--max-steps", "1"], ["--stop-after", "0"]] {
      let run = folder.path("without")
      let job = Job(folder.trainWords(run: run) + words)
      #expect([0, 75].contains(try job.command.run().status))
      #expect(try !RunContents(run).names().contains("report.html"))
      try FileManager.default.removeItem(atPath: run)
    }
  }
}

private let chromium = ["/usr/bin/chromium", "/usr/bin/google-chrome"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// The report, as a parser and a browser see it.
@Suite(.needsPython) struct ReportPageTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  /// html5lib stops at whatever the HTML standard calls a parse error.
  @Test("the page is valid and stands alone, its pictures are pictures, and its code works")
  func valid() throws {
    try Python.run(
      """
      import base64, io
      import html5lib
      from PIL import Image
      tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(open("report.html", "rb"))
      every = list(tree.iter())
      names = [e.tag for e in every if isinstance(e.tag, str)]
      assert not {"script", "iframe", "object"} & set(names), names
      ids = [e.get("id") for e in every if e.get("id")]
      assert len(ids) == len(set(ids)), ids
      for e in every:
          assert not any(name.startswith("on") for name in e.attrib), e.attrib
          if e.tag == "a": assert e.get("href")[1:] in ids, e.attrib
          if e.tag == "label": assert e.get("for") in ids, e.attrib
          if e.tag == "img":
              assert e.get("alt")
              head, data = e.get("src").split(",")
              assert head == "data:image/png;base64"
              image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
              image.load()
              assert image.size == (int(e.get("width")), int(e.get("height")))
      assert names.count("img") == 5 and names.count("fieldset") == 1, names
      code, = [e for e in every if e.tag == "pre"]
      scope = {}
      exec("".join(code.itertext()), scope)
      assert scope["images"].shape == (16, 64) and list(scope["losses"]) == [1, 2], scope
      """, in: URL(fileURLWithPath: folder.run))
  }

  @Test(
    "in a browser at two widths, light and dark",
    .enabled(if: chromium != nil, "there is no Chromium here"))
  func browser() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts/check-report.py").standardizedFileURL.path
    let outcome = try Command([try #require(Python.program), script, "\(folder.run)/report.html"])
      .run(seconds: 60)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
