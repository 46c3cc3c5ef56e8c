import Foundation
import Support
import Testing

/// Flags that make no sense: told once, with code 64, before anything is begun.
@Suite struct BadFlagTests {
  private static let trainFlags: [([String], String)] = [
    (["--batch-size", "0"], "--batch-size must be from 1"),
    (["--batch-size", "-5"], "--batch-size must be from 1"),
    (["--batch-size", "many"], "is invalid for '--batch-size"),
    (["--learning-rate", "-1e-3"], "--learning-rate must be a positive number"),
    (["--learning-rate", "0"], "--learning-rate must be a positive number"),
    (["--learning-rate", "nan"], "--learning-rate must be a positive number"),
    (["--learning-rate", "inf"], "--learning-rate must be a positive number"),
    (["--learning-rate", "1e39"], "--learning-rate must be a positive number"),
    (["--learning-rate", "1e-60"], "--learning-rate must be a positive number"),
    (["--optimizer", "adagrad"], "is invalid for '--optimizer"),
    (["--momentum", "0.5"], "--momentum 0.5 is of use with --optimizer sgd alone"),
    (["--weight-decay", "0.1"], "--weight-decay 0.1 is of use with --optimizer adamw alone"),
    (
      ["--optimizer", "sgd", "--epsilon", "1e-4"],
      "--epsilon 0.0001 is of use with --optimizer adam or adamw alone"
    ),
    (["--momentum", "1"], "--momentum must be a number from 0 to less than 1"),
    (["--schedule", "linear"], "is invalid for '--schedule"),
    (["--schedule", "step"], "--schedule step needs --milestones"),
    (["--milestones", "4,1"], "epochs in order with commas between them would do"),
    (
      ["--schedule", "cosine", "--milestones", "1"], "--milestones 1 is of use with --schedule step"
    ),
    (
      ["--schedule", "cosine", "--schedule-epochs", "3", "--epochs", "4"],
      "--epochs 4 goes beyond the cosine schedule"
    ),
    (["--loss-limit", "0.5"], "--loss-limit must be "),
    (["--on-nonfinite", "skip:0"], "stop, skip, skip:10, rollback or rollback:3 would do"),
    (["--on-nonfinite", "stop:3"], "stop, skip, skip:10, rollback or rollback:3 would do"),
    (["--clip-gradient", "0"], "--clip-gradient must be a positive number"),
    (["--precision", "fp12"], "is invalid for '--precision"),
    (["--teams", "none"], "is invalid for '--teams"),
    (["--hidden", "0"], "--hidden must be from 1"),
    (["--hidden", "99999999999999999999"], "is invalid for '--hidden"),
    (["--hidden", "1048576", "--latent", "1048576"], "--hidden times --latent"),
    (["--latent", "0"], "--latent must be from 1"),
    (["--epochs", "0"], "--epochs must be at least 1"),
    (["--epochs", "9223372036854775807"], "--epochs must be at most 1073741824"),
    (["--max-steps", "0"], "--max-steps must be at least 1"),
    (["--log-every", "0"], "--log-every must be at least 1"),
    (["--seed", "-1"], "--seed"),
    (["--seed", "18446744073709551616"], "from 0 to 18446744073709551615 would do"),
    (["--checkpoint-every", "5m"], "a number of steps (100), of seconds (30s), or epoch would do"),
    (["--checkpoint-every", "0"], "is invalid for '--checkpoint-every"),
    (["--checkpoint-every", "-3s"], "is invalid for '--checkpoint-every"),
    (["--keep", "0"], "is invalid for '--keep"),
    (["--keep", "some"], "is invalid for '--keep"),
    (["--stop-after", "-1"], "--stop-after must be a number of seconds"),
    (["--stop-after", "nan"], "--stop-after must be a number of seconds"),
    (["--progress", "sometimes"], "is invalid for '--progress"),
    (["--run", ""], "--run must name a directory"),
    (["--data", ""], "--data must name a folder"),
    (["--resume", ""], "--resume must be auto, none or a checkpoint's path"),
    (["--resume="], "--resume"),
    (["--verify-every", "-1"], "--verify-every must be at least 0"),
    (["--wire", "fp16"], "is invalid for '--wire"),
    (["--max-save-failures", "-1"], "--max-save-failures must be at least 0"),
    (["--connect-timeout", "-1"], "--connect-timeout must be from 0 to 86400"),
    (["--stall-warning", "0.5"], "--stall-warning must be 0 or from 1 to 86400"),
    (["--stall-abort", "-1"], "--stall-abort must be 0 or from 1 to 86400"),
    (
      ["--wire", "bf16", "--exchange", "all-gather"],
      "--wire bf16 rounds gradients, and --exchange all-gather"
    ),
    (["--tensorboard", "maybe"], "is invalid for '--tensorboard"),
    (["--init", ""], "--init must name a .safetensors file"),
    (["--hidden", "20,,10"], "is invalid for '--hidden"),
    (["--hidden", "20,0"], "--hidden must be from 1"),
    (["--model", "gan"], "is invalid for '--model"),
    (["--beta", "-1"], "--beta must be a number, at least 0.0,"),
    (
      ["--model", "autoencoder", "--beta", "4"],
      "--beta 4.0 is of use with --model vae or conditional alone"
    ),
    (["--objective", "dreg"], "weights latents by the likelihood of an image, which grey"),
    (["--objective", "iwae", "--pixels", "static"], "--objective iwae weights several latents"),
    (
      ["--importance-samples", "5", "--free-bits", "1"],
      "--free-bits 1.0 is of use with --objective elbo alone"
    ),
    (["--classes", "4"], "--classes 4 is of use with --model conditional alone"),
    (["--nonsense"], "Unknown option '--nonsense'"),
  ]

  @Test("of training", arguments: Launch.each(trainFlags, onRanks: 0, 5, 11, 39, 40))
  func train(flags: ([String], String), launch: Launch) throws {
    let folder = try RunFolder()
    try Job(folder.trainWords() + flags.0, launch).fail(64, flags.1)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  private static let otherFlags: [([String], String)] = [
    (["sample", "run", "--count", "0", "--output", "x.png"], "--count must be from 1"),
    (
      ["sample", "run", "--count", "10001", "--output", "x.png"],
      "a sheet has at most 10000 images, not 10001"
    ),
    (["sample", "run", "--digits", "5\u{301}6", "--output", "x.png"], "--digits must be two"),
    (
      ["sample", "run", "--count", "\(Int.max)", "--output", "x.npy"], "--count must be from 1 to"
    ),
    (["sample", "run", "--output", "x.jpg"], "--output must end in .png or .npy"),
    (["sample", "run"], "Missing expected argument '--output"),
    (["reconstruct", "run", "--output", "x.npy"], "--output must end in .png"),
    (["reconstruct", "run", "--count", "0", "--output", "x.png"], "--count must be from 1"),
    (["sample", "run", "--scale", "0", "--output", "x.png"], "--scale must be from 1 to 32"),
    (["sample", "run", "--columns", "0", "--output", "x.png"], "--columns must be from 1"),
    (["sample", "run", "--digits", "7", "--output", "x.png"], "--digits must be two digits"),
    (["sample", "run", "--digits", "7a", "--output", "x.png"], "--digits must be two digits"),
    (["sample", "run", "--digits", "12", "--count", "4", "--output", "x.npy"], "--count out"),
    (["sample", "run", "--digits", "12", "--walk", "--output", "x.png"], "leave --walk out"),
    (
      ["reconstruct", "run", "--columns", "101", "--output", "x.png"], "--columns must be from 1"
    ),
    (["encode", "run", "--output", "x.npy", "--labels", "x.png"], "--labels must end in .npy"),
    (["encode", "run", "--output", "x.npy", "--labels", "x.npy"], "must be two files"),
    (["encode", "run", "--output", "x.npy", "--labels", "./x.npy"], "must be two files"),
    (
      ["train", "--teams", "one"],
      "'--teams': node or rank would do, as in --teams rank; see lockstep train --help-hidden"
    ),
    (["report", "run", "--output", "x.pdf"], "--output must end in .html"),
    (["report", ""], "<run> must name"),
    (["compare", "run"], "Missing expected argument '<other>'"),
    (["compare", "run", ""], "must each name a run"),
    (["compare", "run", "other", "--output", "x.pdf"], "--output must end in .html"),
    (["encode", "run", "--output", "x.png"], "--output must end in .npy; 'x.png' does not"),
    (["encode", "run", "--output", "x.csv"], "--output must end in .npy; 'x.csv' does not"),
    (["reconstruct", "run", "--output", "x.csv"], "--output must end in .png; 'x.csv' does not"),
    (["encode", "run", "--split", "most", "--output", "x.npy"], "is invalid for '--split"),
    (["export", "run", "--output", "x.onnx"], "--part must be encoder or decoder"),
    (["export", "run", "--output", "x.md", "--part", "encoder"], "--part is for --format onnx"),
    (["export", "run", "--output", "x.pt"], "--output must end in .onnx, .safetensors or .md"),
    (["export", "run", "--output", "x", "--format", "pt"], "is invalid for '--format"),
    (["export", "run", "--output", ""], "--output must name a file"),
    (["evaluate", ""], "<checkpoint> must name one"),
    (["evaluate", "run", "--data", ""], "--data must name a folder"),
    (["doctor", "--data", ""], "--data must name a folder"),
    (["encode", "run", "--output", ""], "--output"),
    (["evaluate"], "Missing expected argument '<checkpoint>'"),
    (["evaluate", "run", "--importance-samples", "0"], "--importance-samples must be at least 1"),
    (["evaluate", "run", "--per-image", "x.npy"], "--per-image is for a bound: give"),
    (["evaluate", "run", "--stop-after", "5"], "--stop-after is for a bound: give"),
    (
      ["evaluate", "run", "--importance-samples", "5", "--per-image", "x.csv"],
      "--per-image must end in .npy; 'x.csv' does not"
    ),
    (
      ["evaluate", "run", "--importance-samples", "5", "--stop-after", "-1"],
      "--stop-after must be a number of seconds"
    ),
    (["inspect", "run", "more"], "Unexpected argument 'more'"),
    (["launch"], "the command to supervise stands behind --, as in lockstep launch -n 2 -- train"),
    (["launch", "-n2", "train"], "the command to supervise stands behind --"),
    (["launch", "--", "evaluate"], "the command to supervise stands behind --"),
    (["launch", "-n", "0", "--", "train"], "-n must be from 1 to 99999"),
    (["launch", "-n", "two", "--", "train"], "is invalid for '-n"),
    (["launch", "--world-size", "2", "--", "train"], "did you mean '--np'?"),
    (["launch", "--max-restarts", "-1", "--", "train"], "--max-restarts must be at least 0"),
    (["launch", "-n", "2", "--min-ranks", "3", "--", "train"], "--min-ranks must be at least 1"),
    (
      ["launch", "--stall-abort", "-1", "--", "train"], "--stall-abort must be 0 or from 1 to 86400"
    ),
    (["launch", "--hostfile", "/nowhere", "--", "train"], "--hostfile: cannot read '/nowhere'"),
    (["launch", "--host", "", "--", "train"], "--host must name machines"),
    (["launch", "--min-ranks", "9999", "--", "train"], "--min-ranks 9999 wants more"),
    (
      ["launch", "--host", "a:2", "--", "train", "--threads-per-rank", "2"],
      "--threads-per-rank with several machines needs -n"
    ),
    (
      ["launch", "--", "train", "--epocs", "3"], "Unknown option '--epocs'; did you mean '--epochs'"
    ),
    (["launch", "--", "train", "--epochs", "0"], "--epochs must be at least 1"),
    (["fly"], "Unexpected argument 'fly'; see lockstep --help"),
    (["trian"], "Unexpected argument 'trian'; did you mean 'train'? See lockstep --help"),
  ]

  @Test("of other commands", arguments: Launch.each(otherFlags, onRanks: 0))
  func others(flags: ([String], String), launch: Launch) throws {
    try Job(flags.0, launch).fail(64, flags.1)
  }

  /// Asking for more memory than there is would end the process without a word.
  @Test("a model that no machine has the memory for", arguments: Launch.both)
  func tooLarge(launch: Launch) throws {
    let folder = try RunFolder(SmallData(train: 3, test: 1, rows: 300, columns: 300))
    try folder.train("--hidden", "1048576", "--latent", "64", on: launch)
      .fail(69, "training this model on images of 300 × 300 pixels needs")
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }
}
