package import Kernels

/// How grey images are shown to a model. Losses of grey pixels and of binarised ones never compare: a
/// binarised image has another probability than a grey one. Evaluated losses and likelihoods of binarised
/// images do, however they were drawn for training, since evaluation draws them once: see ``inEvaluation``.
public enum PixelProtocol: String, Codable, Sendable, CaseIterable {
  /// As they are in the files: a pixel is a number from 0 to 1. The cross-entropy counts a grey pixel
  /// as the probability of a white one, as PyTorch's public example does; it is not the likelihood
  /// of data.
  case grey

  /// The fixed binarisation: a pixel is 1 with the probability of its grey value, drawn once and for
  /// all. All runs, whatever their seed, see the same black and white images, in training and in
  /// evaluation.
  ///
  /// Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", ICML 2008;
  /// Larochelle and Murray, "The neural autoregressive distribution estimator", AISTATS 2011, whose
  /// file of drawn images others train on. These are other draws with the same probabilities.
  case fixed = "static"

  /// The dynamic binarisation: drawn anew in each epoch of training. Evaluation shows the images of
  /// the fixed binarisation.
  ///
  /// Burda, Grosse, Salakhutdinov, "Importance Weighted Autoencoders", 2015, §5.
  case dynamic

  /// Whether pixels are 0 or 1, so that p(x|z) is the probability of an image.
  public var isBinary: Bool { self != .grey }

  /// How a model that was trained with this protocol is shown images in evaluation: all binarised images as
  /// in the fixed binarisation.
  public var inEvaluation: PixelProtocol { isBinary ? .fixed : .grey }

  /// What sentences call the protocol.
  public var words: String {
    switch self {
    case .grey: "grey pixels"
    case .fixed: "fixed binarisation"
    case .dynamic: "dynamic binarisation"
    }
  }
}

extension PixelProtocol {
  /// The draws that make the images of `split` black and white in `epoch` of training with `seed`; nil
  /// where the images stay grey. An image has the same pixels wherever in the epoch it comes.
  package func trainingDraws(
    seed: UInt64, epoch: Int, split: Dataset.Split = .train
  ) -> RandomStream? {
    guard self == .dynamic else { return evaluationDraws(of: split) }
    return RandomStream(seed: seed, purpose: .dynamicPixels, epoch: epoch)
  }

  /// The draws that make the images of `split` black and white for evaluation: those of the fixed
  /// binarisation. Nil where the images stay grey.
  package func evaluationDraws(of split: Dataset.Split) -> RandomStream? {
    guard isBinary else { return nil }
    return RandomStream(seed: 0, purpose: .fixedPixels, epoch: split == .train ? 0 : 1)
  }
}
