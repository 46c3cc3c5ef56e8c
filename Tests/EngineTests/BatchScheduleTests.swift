import Engine
import Testing

@Suite struct BatchScheduleTests {
  @Test(arguments: [
    (60_000, 128, 469, 96), (10, 5, 2, 5), (10, 3, 4, 1), (10, 10, 1, 10), (10, 11, 1, 10),
    (1, 1, 1, 1), (7, 1, 7, 1),
  ])
  func coversTheEpoch(images: Int, batch: Int, batches: Int, last: Int) {
    let schedule = BatchSchedule(imageCount: images, batchSize: batch)
    #expect((schedule.imageCount, schedule.batchSize) == (images, batch))
    #expect(schedule.batchCount == batches)
    var (sizes, offset) = ([Int](), 0)
    while offset < images {
      let positions = schedule.positions(from: offset)
      #expect(positions.lowerBound == offset)
      sizes.append(positions.count)
      offset = positions.upperBound
    }
    #expect(offset == images)
    #expect(sizes == Array(repeating: batch, count: batches - 1) + [last])
    #expect(schedule.sizes(from: 0) == Set([min(batch, images), last]))
  }

  /// A run that stopped within an epoch may go on with batches of another size.
  @Test func fromAnyOffset() {
    let schedule = BatchSchedule(imageCount: 10, batchSize: 4)
    #expect(schedule.positions(from: 3) == 3..<7)
    #expect(schedule.positions(from: 9) == 9..<10)
    #expect(schedule.sizes(from: 3) == [4, 3, 2])
    #expect(schedule.sizes(from: 9) == [4, 1, 2])
    #expect(schedule.sizes(from: 8) == [4, 2])
  }

  @Test func mistakes() async {
    await #expect(processExitsWith: .failure) {
      _ = BatchSchedule(imageCount: 10, batchSize: 4).positions(from: 10)
    }
    await #expect(processExitsWith: .failure) {
      _ = BatchSchedule(imageCount: 10, batchSize: 4).positions(from: -1)
    }
    await #expect(processExitsWith: .failure) { _ = BatchSchedule(imageCount: 10, batchSize: 0) }
    await #expect(processExitsWith: .failure) { _ = BatchSchedule(imageCount: 0, batchSize: 4) }
  }
}
