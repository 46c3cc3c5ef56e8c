package import Checkpoints
internal import Formats
internal import FoundationEssentials
package import Kernels
package import MPI
internal import Platform
internal import Ranks

/// The content of `environment.json`: what the last job of a run ran on, for people to read. No
/// computation depends on it.
package struct RunEnvironment: Codable, Equatable {
  /// A host and the number of its ranks.
  struct Host: Codable, Equatable {
    var name: String
    var ranks: Int
  }

  /// When the job began, in UTC: ISO 8601. Nil in files of earlier versions, as are ``version``,
  /// ``commit`` and ``data``.
  var date: String?
  /// The program's version.
  var version: String?
  /// The commit that the program was built from; nil also where the build did not tell it.
  var commit: String?
  /// The digests of the images that the job trained and tested on.
  var data: DataFingerprint?
  /// The first line of the MPI library's version text.
  var mpi: String
  /// Rank zero's processor, by its maker's name.
  var processor: String
  /// The instructions of the matrix products.
  var instructions: String
  /// The hosts, in the order of their first ranks.
  var hosts: [Host]
  /// Ranks on all hosts.
  var ranks: Int
  /// Threads of each rank.
  var threadsPerRank: Int

  /// Collects what the job runs on, each rank with `threads` threads; collective.
  package init(
    threads: Int, instructions: InstructionSet, program: ProgramVersion, data: DataFingerprint,
    among communicator: borrowing Communicator
  ) throws {
    date = Date.now.ISO8601Format()
    version = program.number
    commit = program.commit.isEmpty ? nil : program.commit
    self.data = data
    var hosts: [Host] = []
    for name in try communicator.hostOfEachRank() {
      if let known = hosts.firstIndex(where: { $0.name == name }) {
        hosts[known].ranks += 1
      } else {
        hosts.append(Host(name: name, ranks: 1))
      }
    }
    self.hosts = hosts
    mpi = String(try World.libraryVersion.prefix { $0 != "\n" && $0 != "\0" })
    processor = Processor().model
    self.instructions = instructions.rawValue
    ranks = communicator.size
    threadsPerRank = threads
  }

  /// Writes the file to the run directory; to be called on rank zero alone.
  package func write(to directory: RunDirectory) throws {
    let encoder = JSONEncoder([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    let text = [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    try OutputFile.replace("\(directory.path)/\(RunFiles.environment)") { try $0.write(text) }
  }

  /// Reads the file in the run directory at `path`; nil where there is none, or it cannot be read.
  package init?(inRun path: String) {
    guard FileSystem.isRegularFile("\(path)/\(RunFiles.environment)"),
      let text = try? FileSystem.read("\(path)/\(RunFiles.environment)"),
      let found = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
    else { return nil }
    self = found
  }

  enum CodingKeys: String, CodingKey {
    case date, version, commit, data, mpi, processor, instructions, hosts, ranks
    case threadsPerRank = "threads_per_rank"
  }
}
