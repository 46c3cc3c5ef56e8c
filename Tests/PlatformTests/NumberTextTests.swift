import Platform
import Testing

@Suite struct NumberTextTests {
  @Test(
    "rounded to a number of decimals, thousands set apart",
    arguments: [
      (0, 0, "0"), (1234567.891, 2, "1,234,567.89"), (-0.5, 1, "\u{2212}0.5"), (0.05, 1, "0.1"),
      (999.996, 2, "1,000.00"), (-0.001, 2, "0.00"), (105.48420218076707, 2, "105.48"),
      (1e300, 1, "1e+300"), (.nan, 1, "nan"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, places: Int, text: String) {
    #expect(NumberText.fixed(value, places) == text)
  }

  @Test(
    "without zeros at the end",
    arguments: [
      (1.5, 2, "1.5"), (2, 2, "2"), (0.049, 2, "0.05"), (1.999, 2, "2"), (10.25, 1, "10.3"),
      (-0.04, 1, "0"), (-12.34, 1, "-12.3"),
    ] as [(Double, Int, String)])
  func trimmed(value: Double, places: Int, text: String) {
    #expect(NumberText.trimmed(value, places: places) == text)
  }

  @Test(
    "two decimals",
    arguments: [
      (0, "0.00"), (0.005, "0.01"), (1234.5, "1234.50"), (-0.001, "-0.00"), (-12.345, "-12.35"),
      (9e14, "900000000000000.00"), (1e16, "1e+16"), (.infinity, "inf"),
    ] as [(Double, String)])
  func twoDecimals(value: Double, text: String) {
    #expect(value.twoDecimals == text)
  }

  @Test(
    "thousands set apart",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (-123_456, "-123,456"), (1_234_567, "1,234,567"),
    ])
  func grouped(value: Int, text: String) {
    #expect(value.grouped == text)
  }
}
