import Foundation
import Support
import Testing

/// What scripts/setup installs on which system, and what it says where it may not.
@Suite struct SetupScriptTests {
  /// A system's name for `--packages`, its os-release, and the packages of a build there.
  typealias System = (name: String, release: [String], packages: String)

  private static let ofApt =
    "openmpi-bin libopenmpi-dev libspng-dev libssl-dev zlib1g-dev pkg-config git ca-certificates g++"
  private static let ofDnf =
    "openmpi-devel libspng-devel openssl-devel zlib-devel pkgconf-pkg-config git-core "
    + "ca-certificates gcc-c++"

  static let systems: [System] = [
    ("debian-12", ["ID=debian", "VERSION_ID=\"12\"", "PRETTY_NAME=Debian"], ofApt),
    ("debian-13", ["ID=debian", "VERSION_ID=\"13\"", "PRETTY_NAME=Debian"], ofApt),
    ("ubuntu-22.04", ["ID=ubuntu", "ID_LIKE=debian", "VERSION_ID=\"22.04\""], ofApt),
    ("ubuntu-24.04", ["ID=ubuntu", "ID_LIKE=debian", "VERSION_ID=\"24.04\""], ofApt),
    ("rocky-9", ["ID=\"rocky\"", "ID_LIKE=\"rhel centos fedora\"", "VERSION_ID=\"9.5\""], ofDnf),
    ("almalinux-9", ["ID=\"almalinux\"", "ID_LIKE=\"rhel fedora\"", "VERSION_ID=\"9.5\""], ofDnf),
    ("rhel-9", ["ID=\"rhel\"", "ID_LIKE=\"fedora\"", "VERSION_ID=\"9.5\""], ofDnf),
    ("fedora-42", ["ID=fedora", "VERSION_ID=42"], ofDnf),
  ]

  /// The first words of the table's lines.
  static let needs: [String] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts/packages.bash").standardizedFileURL
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter {
      $0.split(separator: "|").count == 4 && !$0.hasPrefix("#")
    }
    .map { $0.prefix { $0 != " " && $0 != "|" } }.map(String.init)
  }()

  /// The packages of the manager's last line.
  private func installed(_ line: String) -> String {
    for option in ["--no-install-recommends ", "install "] {
      if let range = line.range(of: option) { return String(line[range.upperBound...]) }
    }
    return line
  }

  @Test("a build's packages, by the system's own manager", arguments: systems)
  func build(system: System) throws {
    let false_ = try FalseSystem(system.release)
    let outcome = try false_.setup(["--for", "build"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(installed(false_.asked().last ?? "") == system.packages)
    let manager = system.packages == Self.ofApt ? "apt" : "dnf"
    #expect(outcome.errors.hasPrefix("setup: installing with \(manager)"), "\(outcome.errors)")
    #expect(outcome.errors.contains("untried on") != system.name.hasPrefix("debian"))
    // Red Hat's kin has to know EPEL before it can have spng.
    let epel = manager == "dnf" && !system.name.hasPrefix("fedora")
    #expect(false_.asked().contains { $0.hasSuffix(" install epel-release") } == epel)
    // What is there is left alone.
    let again = try false_.setup(["--for", "build"])
    #expect(again.status == 0 && again.errors.isEmpty && false_.asked().count <= 2)
  }

  @Test(
    "every line of the table has packages by either manager, and on Fedora and its kin",
    arguments: needs, [systems[1], systems[4], systems[7]])
  func line(need: String, system: System) throws {
    let false_ = try FalseSystem(system.release)
    let named = try false_.setup(["--packages", system.name, "--for", need])
    let packages = named.output.split(separator: "\n").joined(separator: " ")
    #expect(named.status == 0 && !packages.isEmpty, "\(named.errors)")
    #expect(!packages.contains("+epel"))
    #expect(try false_.setup(["--packages", "here", "--for", need]).output == named.output)
    #expect(false_.asked().isEmpty)
    #expect(try false_.setup(["--for", need]).status == 0)
    #expect(installed(false_.asked().last ?? "") == packages)
  }

  @Test("the table is read")
  func table() { #expect(Self.needs.count > 25 && Self.needs.first == "openmpi") }

  @Test("MPICH in the place of Open MPI")
  func mpich() throws {
    let outcome = try FalseSystem(Self.systems[0].release).setup(
      ["--packages", "rocky-9", "--for", "mpi,run-mpi"], environment: ["LOCKSTEP_MPI": "mpich"])
    #expect(outcome.output == "mpich-devel\nmpich\n")
  }

  @Test("temporary files that swift leaves behind go with the script")
  func temporaries() throws {
    let debian = try FalseSystem(Self.systems[0].release)
    try debian.write("swift", "mktemp -d; echo Swift version 6.3 >&2")
    let folder = debian.url("temporary")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let outcome = try debian.setup(
      ["--no-data", "--no-build"], environment: ["TMPDIR": folder.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("on other systems a sentence names packages, and how an MPI is had without them")
  func elsewhere() throws {
    let arch = try FalseSystem(["ID=arch", "PRETTY_NAME=\"Arch Linux\""])
    let outcome = try arch.setup(["--for", "mpi,spng"])
    #expect(outcome.status == 69 && arch.asked().isEmpty)
    #expect(
      outcome.errors
        == "setup: there is no openmpi and spng; Arch Linux's packages are not known here: install "
        + "what Debian calls openmpi-bin libopenmpi-dev libspng-dev, and Fedora openmpi-devel "
        + "libspng-devel; where an MPI is a module, module load it instead; scripts/setup "
        + "--no-install goes on with what is there\n")
    // One image, with nothing to install by.
    let silver = try FalseSystem(Self.systems[7].release, managers: [])
    #expect(
      try silver.setup(["--for", "zlib"]).errors.contains("this system's packages are not known"))
  }

  @Test(
    "without root and sudo an administrator is told what to install",
    .enabled(if: getuid() == 0, "only root can be another user"))
  func user() throws {
    let nobody = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    let debian = try FalseSystem(Self.systems[1].release)
    let outcome = try debian.setup(["--for", "mpi,zlib"], as: nobody)
    #expect(outcome.status == 69 && debian.asked().isEmpty)
    #expect(
      outcome.errors
        == "setup: there is no openmpi and zlib; an administrator installs that: apt-get install "
        + "openmpi-bin libopenmpi-dev zlib1g-dev; where an MPI is a module, module load it instead; "
        + "scripts/setup --no-install goes on with what is there\n")
    try debian.write("sudo", "echo \"sudo $1\" >&2; exit 1")
    let asked = try debian.setup(["--for", "zlib"], as: nobody)
    #expect(
      asked.status == 69
        && asked.errors.hasPrefix("setup: installing with sudo and apt: zlib1g-dev\n"))
    #expect(
      asked.errors.contains("apt could not install zlib1g-dev; scripts/setup --no-install goes on"))
  }

  @Test("told to install nothing it says what is lacking and goes on", arguments: [true, false])
  func noInstall(byVariable: Bool) throws {
    let rocky = try FalseSystem(Self.systems[4].release)
    let outcome = try rocky.setup(
      ["--for", "spng"] + (byVariable ? [] : ["--no-install"]),
      environment: byVariable ? ["LOCKSTEP_INSTALL": "no"] : [:])
    #expect(outcome.status == 0 && rocky.asked().isEmpty)
    #expect(
      outcome.errors
        == "setup: going on without spng; an administrator installs that: dnf install libspng-devel "
        + "(EPEL has libspng-devel)\n")
  }

  @Test("an MPI that is a module, and what is installed but not seen")
  func unseen() throws {
    let fedora = try FalseSystem(Self.systems[7].release)
    let outcome = try fedora.setup(
      ["--for", "mpi,spng"], environment: ["NEVER": "mpirun ompi-c.pc"])
    #expect(outcome.status == 69)
    #expect(
      outcome.errors.contains(
        "installed: openmpi-devel; but there is still no mpirun and ompi-c.pc to be found; module load mpi/openmpi-"
      ))
    try fedora.write("rpm", "exit 0")
    let again = try fedora.setup(["--for", "spng"], environment: ["NEVER": "spng.pc"])
    #expect(again.status == 69 && fedora.asked().count == 1, "what is installed is not asked for")
    #expect(again.errors.contains("there is still no spng.pc to be found; another PATH"))
  }

  @Test("a failure of the manager is shown, with its last words")
  func failure() throws {
    let debian = try FalseSystem(Self.systems[0].release)
    try debian.write("apt-get", "echo no network here; exit 100")
    let outcome = try debian.setup(["--for", "git"])
    #expect(outcome.status == 69 && outcome.errors.contains("no network here\n"))
    let rhel = try FalseSystem(Self.systems[6].release)
    try rhel.write("dnf", "exit 1")
    let epel = try rhel.setup(["--for", "spng"])
    #expect(epel.errors.contains("dnf could not install epel-release"), "\(epel.errors)")
  }

  @Test("a Swift that lacks a library is told of in the loader's words, and gets it")
  func swift() throws {
    let debian = try FalseSystem(Self.systems[1].release)
    let words =
      "swift: error while loading shared libraries: libncurses.so.6: cannot open shared object file"
    try debian.write(
      "swift",
      "[ -e '\(debian.path("installed"))' ] && echo Swift version 6.3 || { echo '\(words)'; exit 127; }"
    )
    let refused = try debian.setup(["--no-install", "--no-data", "--no-build"])
    #expect(refused.status == 69)
    #expect(refused.errors.contains("setup: Swift does not start yet: \(words)\n"))
    #expect(
      refused.errors.contains("bin/swift cannot start: \(words); is it made for this system?"))
    let outcome = try debian.setup(["--no-data", "--no-build"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      debian.asked().contains {
        $0.hasSuffix(
          "libncurses6 libsqlite3-0 libxml2 libcurl4 libuuid1 libstdc++6 zlib1g " + Self.ofApt)
      })
  }

  @Test(
    "what makes no sense is told once",
    arguments: [
      (["--for", "wings"], "no need is called 'wings'"), (["--for"], "--for needs a value"),
      (["--for", ""], "--for needs a value"), (["--packages", ""], "--packages needs a value"),
      (["--for", "git,,"], "no need is called ''"),
      (["--packages", "arch-1"], "no packages are known of the system 'arch-1'"),
      (["--packages", "debian"], "no packages are known of the system 'debian'"),
    ])
  func wrong(words: [String], sentence: String) throws {
    let outcome = try FalseSystem(Self.systems[0].release).setup(words)
    #expect(
      outcome.status == 64 && outcome.errors.hasPrefix("setup: \(sentence)"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }
}
