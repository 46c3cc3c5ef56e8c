internal import FoundationEssentials
package import MPI

extension Communicator {
  /// Sends a value from rank zero, the only one that has it, to all ranks.
  package func broadcast<Value: Codable>(_ value: Value?) throws -> Value {
    var bytes = try value.map { [UInt8](try JSONEncoder().encode($0)) } ?? []
    let length = try broadcast(Int64(bytes.count), from: 0)
    if rank != 0 { bytes = [UInt8](repeating: 0, count: Int(length)) }
    var span = bytes.mutableSpan
    try broadcast(&span, from: 0)
    return try JSONDecoder().decode(Value.self, from: Data(bytes))
  }
}
