// swift-tools-version: 6.3

import PackageDescription

/// The house rules of the language, for every target.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The commit that is built, for `lockstep --version`; scripts/setup tells it.
let commit = Context.environment["LOCKSTEP_COMMIT"].map {
  SwiftSetting.unsafeFlags(["-Xcc", "-DLOCKSTEP_COMMIT=\"\($0)\""])
}

/// Lets a buffer offer its elements as a span whose lifetime is that of the buffer.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

/// The hot loops trade checks for vector code; `LOCKSTEP_MARCH` names another processor for them.
var hot = ["-Ounchecked", "-Xcc", "-fno-math-errno"]
#if arch(x86_64)
  hot += ["-Xcc", "-march=\(Context.environment["LOCKSTEP_MARCH"] ?? "x86-64-v3")"]
#endif

/// Loops that many tests go through are fast in debug builds, too, where they keep all checks.
let checked = ["-O", "-assert-config", "Debug"]

/// The MPI to build against, by the name of its pkg-config file; `LOCKSTEP_MPI` chooses it.
let mpi: (pkgConfig: String, package: String)
switch Context.environment["LOCKSTEP_MPI"] ?? "" {
case "", "openmpi": mpi = ("ompi-c", "libopenmpi-dev")
case "mpich": mpi = ("mpich", "libmpich-dev")
case "intel": mpi = ("impi", "intel-oneapi-mpi-devel")
case "abi": mpi = ("mpi_abi", "libmpich-dev")
case let other: fatalError("LOCKSTEP_MPI is '\(other)': it may be openmpi, mpich, intel or abi")
}

/// The folder in which the system's loader finds the MPI, where that is in none of its own;
/// scripts/setup tells it.
let loading = Context.environment["LOCKSTEP_MPI_RPATH"].map {
  LinkerSetting.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", $0])
}

/// Which tests there are: all, or, where `LOCKSTEP_TESTS` is mpi, those that another MPI could break, or,
/// where it is fuzz, only the program that scripts/fuzz builds.
let tests: (names: [String]?, areFuzzed: Bool)
switch Context.environment["LOCKSTEP_TESTS"] ?? "" {
case "", "all": tests = (nil, false)
case "mpi": tests = (["MPITests", "LockstepTests"], false)
case "fuzz": tests = ([], true)
case let other: fatalError("LOCKSTEP_TESTS is '\(other)': it may be all (the default), mpi or fuzz")
}
// A fuzzer is to see what would otherwise go unnoticed.
if tests.areFuzzed { hot = checked }

// Settings of single targets are put together here, each with its type: a compiler that has to find the types
// among all the literals below may give up.
let mpiSettings: [SwiftSetting] = house + lifetimes
let mpiLinking: [LinkerSetting] = loading.map { [$0] } ?? []
let kernelSettings: [SwiftSetting] =
  house + lifetimes + [
    .unsafeFlags(hot, .when(configuration: .release)),
    .unsafeFlags(checked, .when(configuration: .debug)),
  ]
let programSettings: [SwiftSetting] = house + (commit.map { [$0] } ?? [])
let probeSettings: [SwiftSetting] =
  house + [.unsafeFlags(checked, .when(configuration: .debug))]

let package = Package(
  name: "lockstep",
  products: [
    .library(name: "MPI", targets: ["MPI"]),
    // A trainer to be used from Swift: Tests/Probes/EngineExample shows how.
    .library(name: "LockstepEngine", targets: ["LockstepEngine"]),
    .executable(name: "lockstep", targets: ["lockstep"]),
  ],
  // Exact versions: Package.resolved is not kept, because it names the registry or mirror that a
  // version was found in, and those differ between the people who build this. Without a lock file
  // only an exact version makes everybody build the same sources.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    // None of its traits: SwiftPM passes several traits to the compiler in a random order, and each
    // change of the order builds everything again.
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "CArguments"),
    .systemLibrary(name: "CBuild"),
    .target(name: "CChild"),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CFiles"),
    .systemLibrary(name: "CFMA"),
    .target(name: "CLaunchers"),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CMPI", pkgConfig: mpi.pkgConfig, providers: [.apt([mpi.package])]),
    .target(
      // Tests go through it, too, and without optimization it takes a hundred times as long.
      name: "CProducts", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))],
      linkerSettings: [.linkedLibrary("m")]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
    .target(name: "CMPICHLauncher", dependencies: ["CMPI"]),
    .target(
      name: "MPI", dependencies: ["CMPI", "CMPICHLauncher"],
      swiftSettings: mpiSettings, linkerSettings: mpiLinking),
    .target(
      name: "Kernels", dependencies: ["CFMA", "CProducts"],
      swiftSettings: kernelSettings),
    .target(
      name: "Platform",
      dependencies: [
        "CChild", "CCrypto", "CFiles", "CLinux",
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: house),
    .target(
      name: "Formats",
      dependencies: [
        "CSPNG", "Platform", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Protobuf/onnx.proto", "Protobuf/tensorboard.proto"], swiftSettings: house),
    .target(
      name: "Images",
      dependencies: [
        "CZlib", "Formats", "Kernels", "Platform",
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: house),
    .target(name: "VAE", dependencies: ["Kernels"], swiftSettings: house),
    .target(name: "CPMIx"),
    .target(
      name: "Ranks",
      dependencies: [
        "CLaunchers", "CPMIx", "Images", "Kernels", "MPI", "Platform",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: house),
    .target(
      name: "Engine", dependencies: ["Images", "Kernels", "MPI", "Platform", "Ranks", "VAE"],
      swiftSettings: house),
    .target(
      name: "Checkpoints",
      dependencies: [
        "Engine", "Formats", "Images", "Kernels", "MPI", "Platform", "Ranks", "VAE", "Yams",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: house),
    .target(
      name: "LockstepEngine",
      dependencies: [
        "Checkpoints", "Engine", "Images", "Kernels", "MPI", "Platform", "Ranks", "VAE",
      ],
      swiftSettings: house),
    .target(
      name: "Inference",
      dependencies: [
        "Checkpoints", "Engine", "Formats", "Images", "Kernels", "MPI", "Platform", "Ranks", "VAE",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: house),
    .target(
      name: "Reports",
      dependencies: [
        "Checkpoints", "Engine", "Formats", "Images", "Inference", "Kernels", "MPI", "Platform",
        "Ranks", "VAE", .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: house),
    .target(
      name: "Runs",
      dependencies: [
        "Checkpoints", "Engine", "Formats", "Images", "Inference", "Kernels", "MPI", "Platform",
        "Ranks", "Reports", "VAE", .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: house),
    .target(
      name: "Launch", dependencies: ["Checkpoints", "Platform", "Ranks"],
      swiftSettings: house),
    .target(
      name: "Doctor",
      dependencies: [
        "CLinux", "Checkpoints", "Engine", "Images", "Inference", "Kernels", "MPI", "Platform",
        "Ranks", "VAE",
      ], swiftSettings: house),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Checkpoints", "Engine", "Formats", "Images", "Kernels", "MPI", "Platform", "Ranks", "VAE",
      ], swiftSettings: house),
    .executableTarget(
      name: "lockstep",
      dependencies: [
        "Benchmarks", "CArguments", "CBuild", "Checkpoints", "Doctor", "Engine", "Formats",
        "Images", "Inference", "Kernels", "Launch", "MPI", "Platform", "Ranks", "Reports", "Runs",
        "VAE", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: programSettings),
    .target(
      name: "Support", dependencies: ["MPI"], path: "Tests/Support",
      swiftSettings: house),
    .executableTarget(
      name: "mpi-probe", dependencies: ["MPI"], path: "Tests/Probes/MPIProbe",
      packageAccess: false,
      swiftSettings: probeSettings),
    .executableTarget(
      name: "mpi-tutorial", dependencies: ["MPI"], path: "Tests/Probes/MPITutorial",
      packageAccess: false,
      swiftSettings: house),
    .executableTarget(
      name: "engine-example",
      dependencies: ["LockstepEngine"],
      path: "Tests/Probes/EngineExample", packageAccess: false, swiftSettings: house),
    .executableTarget(
      name: "engine-probe", dependencies: ["LockstepEngine"], path: "Tests/Probes/EngineProbe",
      packageAccess: false, swiftSettings: house),
    .executableTarget(
      name: "replica-probe",
      dependencies: [
        "Checkpoints", "Engine", "Kernels", "MPI", "Platform", "Ranks", "Reports", "Runs", "VAE",
      ],
      path: "Tests/Probes/ReplicaProbe",
      swiftSettings: house),
    .target(
      // The kernels of AMX, built a second time, for tiles in memory.
      name: "CEmulatedAMX", dependencies: ["CProducts"], path: "Tests/Probes/EmulatedAMX",
      cSettings: [
        .headerSearchPath("../../../Sources/CProducts"),
        .unsafeFlags(["-O2"], .when(configuration: .debug)),
      ]),
    .executableTarget(
      name: "bf16-probe", dependencies: ["CEmulatedAMX", "CProducts"],
      path: "Tests/Probes/BF16Probe",
      cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
    .testTarget(
      name: "MPITests", dependencies: ["MPI", "Support", "mpi-probe", "mpi-tutorial"],
      swiftSettings: house),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["CEmulatedAMX", "CProducts", "Kernels", "Support", "bf16-probe"],
      resources: [.copy("Golden")],
      swiftSettings: house),
    .testTarget(
      name: "PlatformTests",
      dependencies: [
        "Platform", "Support", .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: house),
    .testTarget(
      name: "ImagesTests", dependencies: ["Formats", "Images", "Kernels", "Platform", "Support"],
      swiftSettings: house),
    .testTarget(
      name: "VAETests", dependencies: ["VAE", "Kernels"],
      resources: [.copy("Golden"), .copy("Objectives")],
      swiftSettings: house),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "Platform", "Support"],
      swiftSettings: house),
    .testTarget(
      name: "RanksTests", dependencies: ["Images", "Kernels", "Platform", "Ranks", "Support"],
      swiftSettings: house),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "Kernels", "MPI", "Platform", "Ranks", "VAE"],
      resources: [.copy("Golden")], swiftSettings: house),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: [
        "Checkpoints", "Engine", "Formats", "Images", "Kernels", "Platform", "Ranks", "Support",
        "VAE",
      ], swiftSettings: house),
    .testTarget(
      name: "InferenceTests", dependencies: ["Formats", "Inference"],
      swiftSettings: house),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Engine", "Formats", "Images", "Inference", "Reports", "Support", "VAE"],
      swiftSettings: house),
    .testTarget(
      name: "RunsTests",
      dependencies: ["Checkpoints", "Engine", "Platform", "Runs", "Support", "VAE"],
      swiftSettings: house),
    .testTarget(
      name: "LaunchTests", dependencies: ["Launch", "Platform", "Ranks", "Support"],
      swiftSettings: house),
    .testTarget(
      name: "DoctorTests", dependencies: ["Doctor", "Kernels", "Platform", "Ranks", "Support"],
      swiftSettings: house),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "Engine", "Kernels", "Platform", "VAE"],
      swiftSettings: house),
    .testTarget(
      name: "LockstepTests",
      dependencies: [
        "Benchmarks", "Checkpoints", "Engine", "Formats", "Images", "Kernels", "Platform",
        "Support",
        "engine-example", "engine-probe", "lockstep", "replica-probe",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),
    .testTarget(
      name: "FaultTests", dependencies: ["Support", "lockstep", "replica-probe"],
      exclude: ["README.md"], swiftSettings: house),
  ]
)

if let names = tests.names {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
if tests.areFuzzed {
  package.targets += [
    .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
    .executableTarget(
      name: "lockstep-fuzz",
      dependencies: [
        "Benchmarks", "CFuzz", "Checkpoints", "Engine", "Formats", "Images", "Kernels", "Platform",
        "Reports", "VAE",
      ], path: "Tests/Fuzz/Targets", swiftSettings: house),
  ]
}
