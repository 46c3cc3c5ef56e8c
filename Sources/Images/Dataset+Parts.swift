extension Dataset {
  /// The images but for the last `count`, and these, which are nil where `count` is zero; both are views of
  /// the same memory. There must be more than `count` images.
  package func holdingOut(_ count: Int) -> (rest: Dataset, last: Dataset?) {
    precondition((0..<self.count).contains(count), "\(count) of \(self.count) images leave none")
    guard count > 0 else { return (self, nil) }
    let end = self.count - count
    return (Dataset(0..<end, of: self), Dataset(end..<self.count, of: self))
  }
}
