import Glibc

/// All targets.
private let targets: [FuzzTarget] = [
  .safetensors, .json, .idx, .gzip, .npy, .npz, .png, .yaml, .metrics, .record, .state,
]

/// The target that the environment names. libFuzzer has the program's main function and its command line, and
/// calls the functions below by their names.
private let target = targets.first { $0.name == variable }

private let variable = getenv("FUZZ_TARGET").map { String(cString: $0) }

/// Looks at the environment. Without a target, prints the names of all.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
) -> CInt {
  guard target == nil else { return 0 }
  for target in targets { print(target.name) }
  exit(variable == nil ? 0 : 64)
}

/// Tries one input.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target?.test(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
