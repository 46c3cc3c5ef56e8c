/// A table for a fixed-width terminal: columns as wide as their widest entry, two blanks apart.
struct TextTable {
  /// The side of a column at which its entries stand.
  enum Alignment {
    case left
    case right
  }

  private let columns: [Alignment]
  private var rows: [[String]]

  /// A table that begins with a row of `headings`; `columns` has an alignment for each column.
  init(_ headings: [String], _ columns: [Alignment]) {
    precondition(headings.count == columns.count, "every column has a heading")
    self.columns = columns
    rows = [headings]
  }

  /// Adds a row. If the row has fewer entries than there are columns, its last entry reaches to the
  /// table's end.
  mutating func add(_ row: [String]) {
    precondition(row.count <= columns.count, "a row has no more entries than there are columns")
    rows.append(row)
  }

  /// The lines of the table, without blanks at their ends.
  var lines: [String] {
    let widths = columns.indices.map { column in
      rows.map { $0.count > column && !isWide($0, column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, entry) in row.enumerated() {
        let blanks = String(repeating: " ", count: max(0, widths[column] - entry.count))
        let isLeft = columns[column] == .left || isWide(row, column)
        line += (column > 0 ? "  " : "") + (isLeft ? entry + blanks : blanks + entry)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private func isWide(_ row: [String], _ column: Int) -> Bool {
    row.count < columns.count && column == row.count - 1
  }
}
