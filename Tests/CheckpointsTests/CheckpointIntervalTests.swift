@testable import Checkpoints
import Foundation
import Testing

@Suite struct CheckpointIntervalTests {
  @Test(
    "the text of an interval reads back as the interval",
    arguments: [
      ("epoch", CheckpointInterval.epoch, "epoch"), ("100", .steps(100), "100"),
      ("30s", .seconds(30), "30s"), ("0.5s", .seconds(0.5), "0.5s"),
      ("030.50s", .seconds(30.5), "30.5s"), ("0.0001s", .seconds(0.0001), "0.0001s"),
      ("1000000000s", .seconds(1e9), "1000000000s"),
    ])
  func texts(text: String, interval: CheckpointInterval, written: String) throws {
    #expect(CheckpointInterval(text) == interval)
    #expect(interval.description == written)
    let data = try JSONEncoder().encode([interval])
    #expect(try JSONDecoder().decode([CheckpointInterval].self, from: data) == [interval])
  }

  @Test(
    "a text that is no interval is refused",
    arguments: [
      "", "s", "0", "-1", "0s", "-1s", "nans", "infs", "1m", "1.5", "epochs", "1e300s", "1e3s",
      "0x10s", "1e-9s", "+1s", " 1s", ".5s", "1.s", "0.00009s", "1000000001s", "١s",
    ])
  func refused(text: String) { #expect(CheckpointInterval(text) == nil) }

  @Test("steps are counted from the beginning of the run, seconds from the last checkpoint")
  func due() {
    #expect(
      [1, 2, 3, 4, 6].map(CheckpointInterval.steps(3).isDue) == [false, false, true, false, true])
    #expect(!CheckpointInterval.steps(3).isDue(after: .seconds(1000)))
    #expect(CheckpointInterval.seconds(0.5).isDue(after: .milliseconds(500)))
    #expect(!CheckpointInterval.seconds(0.5).isDue(after: .milliseconds(499)))
    #expect(
      !CheckpointInterval.seconds(1).isDue(after: 1) && !CheckpointInterval.epoch.isDue(after: 1))
  }

  @Test(
    "the text of a retention reads back as the retention",
    arguments: [("all", Retention.all), ("2", .newest(2))])
  func retention(text: String, retention: Retention) throws {
    #expect(Retention(text) == retention && retention.description == text)
    let data = try JSONEncoder().encode([retention])
    #expect(try JSONDecoder().decode([Retention].self, from: data) == [retention])
    for text in ["", "0", "-1", "some", "1.5"] { #expect(Retention(text) == nil) }
  }
}
