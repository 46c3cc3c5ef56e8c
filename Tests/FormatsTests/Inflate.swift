/// A second implementation of deflate's decoding. Source: RFC 1951. Traps on anything unexpected.
struct Inflate {
  private let bytes: [UInt8]
  private var position = 0  // in bits
  private var output: [UInt8] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func run() -> [UInt8] {
    var isLast = false
    while !isLast {
      isLast = bits(1) == 1
      switch bits(2) {
      case 0: stored()
      case 1:
        let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
        block(Code(lengths), Code([Int](repeating: 5, count: 30)))
      case 2: dynamic()
      default: preconditionFailure("no such block")
      }
    }
    return output
  }

  /// Codes by length and value, section 3.2.2.
  private struct Code {
    private var symbols: [Int: Int] = [:]

    init(_ lengths: [Int]) {
      var code = 0
      for length in 1...15 {
        code <<= 1
        for symbol in lengths.indices where lengths[symbol] == length {
          symbols[length << 16 | code] = symbol
          code += 1
        }
      }
    }

    func symbol(_ next: () -> Int) -> Int {
      var code = 0
      for length in 1...15 {
        code = code << 1 | next()
        if let symbol = symbols[length << 16 | code] { return symbol }
      }
      preconditionFailure("no such code")
    }
  }

  private mutating func bits(_ count: Int) -> Int {
    (0..<count).reduce(0) { value, index in
      defer { position += 1 }
      return value | Int(bytes[position / 8] >> (position % 8) & 1) << index
    }
  }

  private mutating func stored() {
    position = (position + 7) / 8 * 8
    let count = bits(16)
    precondition(bits(16) == 0xffff ^ count)
    for _ in 0..<count { output.append(UInt8(bits(8))) }
  }

  /// Section 3.2.7.
  private mutating func dynamic() {
    let (literals, distances, count) = (bits(5) + 257, bits(5) + 1, bits(4) + 4)
    var lengths = [Int](repeating: 0, count: 19)
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    for index in order.prefix(count) { lengths[index] = bits(3) }
    let code = Code(lengths)
    var all: [Int] = []
    while all.count < literals + distances {
      switch code.symbol({ bits(1) }) {
      case 16: all += [Int](repeating: all.last!, count: 3 + bits(2))
      case 17: all += [Int](repeating: 0, count: 3 + bits(3))
      case 18: all += [Int](repeating: 0, count: 11 + bits(7))
      case let length: all.append(length)
      }
    }
    block(Code(Array(all[..<literals])), Code(Array(all[literals...])))
  }

  /// Section 3.2.5.
  private mutating func block(_ literals: Code, _ distances: Code) {
    while true {
      let symbol = literals.symbol { bits(1) }
      if symbol == 256 { return }
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      let length = symbol == 285 ? 258 : value(symbol - 257, bitsPerStep: 4) + 3
      let distance = value(distances.symbol { bits(1) }, bitsPerStep: 2) + 1
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The lengths and distances of section 3.2.5's two tables, which grow by the same rule.
  private mutating func value(_ symbol: Int, bitsPerStep step: Int) -> Int {
    let extra = max(symbol / step - 1, 0)
    let base = extra == 0 ? symbol : (step + symbol % step) << extra
    return base + bits(extra)
  }
}
