internal import Kernels
internal import Platform
internal import Ranks

extension DoctorReport {
  /// The findings, in lines of a label and a text. Nodes with the same text share a line.
  var facts: [String] {
    let (first, ranks) = (job.ranks[0], job.ranks.count)
    var facts = Self.line("lockstep", "\(version), program \(first.program.prefix(12))")
    let hosts = job.nodes.count == 1 ? "on \(first.host)" : "on \(job.nodes.count) hosts"
    facts += Self.line("job", "\(Wording.count(ranks, "rank")) \(hosts), \(threads)")
    if job.nodes.count > 1 {
      facts += byNode("ranks") { Wording.count($0.count, "rank") }
    }
    facts += byNode("processor") { $0[0].processor.model }
    facts += byNode("cores") { Self.cores($0[0].processor) }
    facts += byNode("binding") { Binding.description(of: $0) }
    facts += byNode("products") { Self.products($0) }
    facts += Self.line(
      "MPI", "\(first.transport.library), thread level \(first.transport.threadLevel)")
    facts += byNode("transports") { Self.transports($0[0].transport) }
    facts += byNode("copies") { Self.copies($0) }
    facts += byNode("shared") { sharedRoom($0) }
    facts += byNode("memory") { node in
      let available = node[0].memoryAvailable.map(Wording.mebibytes) ?? "an unknown amount"
      let need = Wording.mebibytes(job.memoryNeed(node))
      return "\(available) available; the default run needs about \(need)"
    }
    facts += byNode("data") { Self.data($0[0].data, isFirst: $0[0].rank == 0) }
    return facts
  }

  private var threads: String {
    let threads = job.ranks.map(\.threads)
    let (least, most) = (threads.min() ?? 1, threads.max() ?? 1)
    return least == most
      ? "\(Wording.count(most, "thread")) each" : "\(least) to \(most) threads each"
  }

  private static func cores(_ processor: Processor) -> String {
    let (online, allowed) = (processor.online, processor.allowed)
    let cores = processor.cores(of: allowed).count
    var text = Wording.count(cores, "core")
    if allowed.count > cores { text += " of \(allowed.count) hardware threads" }
    text += allowed == online ? ", all allowed" : ", CPUs \(allowed) allowed of \(online)"
    let quota = processor.quota.map { "time of \(NumberText.trimmed($0, places: 2)) CPUs" }
    return text + ", \(quota ?? "no quota")"
  }

  private static func products(_ node: [RankFindings]) -> String {
    let products = node[0].products
    let test = node.allSatisfy(\.products.areRight) ? "passed" : "failed"
    return "\(products.description) (\(products.instructions)); "
      + "\(products.hasBF16 ? "bf16" : "no bf16"); check \(test)"
  }

  private static func transports(_ transport: Transport) -> String {
    guard transport.messageLayer != nil || transport.byteLayer != nil else {
      return "not told by this library"
    }
    return "pml \(choice(transport.messageLayer)); btl \(choice(transport.byteLayer))"
  }

  private static func copies(_ node: [RankFindings]) -> String {
    guard node.count > 1 else { return "no neighbour on the node to copy from" }
    guard let mechanism = node[0].transport.singleCopy else { return "not told by this library" }
    let problem = node.compactMap(\.transport.copyProblem).first
    return "single copy between ranks of a node: \(mechanism) "
      + "(\(problem ?? "the system allows it"))"
  }

  /// The words for a list of Open MPI's components: `^a,b` means any component but these, and an
  /// empty list, or nil, any component.
  private static func choice(_ list: String?) -> String {
    guard let list, !list.isEmpty else { return "any" }
    return list.hasPrefix("^") ? "any but \(list.dropFirst())" : list
  }

  private func sharedRoom(_ node: [RankFindings]) -> String {
    guard let room = node[0].sharedRoom else { return "no directory for shared windows" }
    let need = job.sharedNeed(node)
    return "\(Wording.mebibytes(room.free)) free in \(room.directory); the default run "
      + (need == 0 ? "on one rank needs none" : "needs \(Wording.mebibytes(need + 1 << 20))")
  }

  private static func data(_ data: DataFindings?, isFirst: Bool) -> String {
    guard let data else { return "not looked at" }
    if data.isMissing && !isFirst { return "none here, rank 0 sends them" }
    guard let sizes = data.sizes else { return "\(data.directory): not usable" }
    return
      "whole, \(sizes[0].grouped) + \(sizes[1].grouped) images of \(sizes[2]) × \(sizes[3])\nin \(data.directory)"
  }

  /// The different texts that nodes have, eight at most, each with the hosts of its nodes where texts
  /// differ. Each text begins a line.
  private func byNode(_ label: String, _ text: ([RankFindings]) -> String) -> [String] {
    var groups: [(text: String, nodes: [[RankFindings]])] = []
    for node in job.nodes {
      let text = text(node)
      if let place = groups.firstIndex(where: { $0.text == text }) {
        groups[place].nodes.append(node)
      } else {
        groups.append((text, [node]))
      }
    }
    let isUniform = groups.count == 1 && label != "ranks"
    let texts = groups.map { isUniform ? $0.text : "\(Wording.hosts($0.nodes)): \($0.text)" }
    let shown = texts.count <= 8 ? texts : texts.prefix(7) + ["… and \(texts.count - 7) more"]
    return shown.enumerated().flatMap { Self.line($0.offset == 0 ? label : "", $0.element) }
  }

  /// The lines of a label and a text. Further lines of the text stand below its first.
  private static func line(_ label: String, _ text: String) -> [String] {
    text.split(separator: "\n").enumerated().map { number, part in
      let label = number == 0 ? label : ""
      return label + String(repeating: " ", count: max(1, 12 - label.count)) + part
    }
  }
}
