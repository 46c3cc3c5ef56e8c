"""Writes the float64 reference values with which the tests of model kinds and objectives compare.

    golden-objectives.py                needs torch (CPU); writes Tests/VAETests/Objectives/*.json

One case a file, arrays row-major and flat; inputs and parameters are rounded to float32 first:

    kind            vae, autoencoder or conditional
    activation      relu or tanh
    in, hidden, latent, labels, batch, draws
    bound           elbo, iwae or dreg
    beta, free      the divergence's weight, and the nats that each of its dimensions has for nothing
    parameters      fc1, fc2, …; of models that draw, the encoder's last layer is fcN1 (mean), fcN2 (log variance)
    x, label, eps   [batch, in] in 0…1, [batch], [batch × draws, latent], the draws of an image one after another
    reconstruction  [batch] cross-entropy of each image, the mean over its draws
    kl              [batch]
    objective       [batch] what training lowers
    gradients       of the objective's mean over the batch, named and shaped as the parameters
"""

import importlib.util
import pathlib
import random

import torch
from torch.nn import functional

SCRIPTS = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("gradients", SCRIPTS / "golden-gradients.py")
gradients = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(gradients)


def names(kind, hidden):
    """The layers' names: of the encoder, of its outputs, of the decoder."""
    first = len(hidden) + 1
    encoder = [f"fc{number}" for number in range(1, first)]
    outputs = [f"fc{first}"] if kind == "autoencoder" else [f"fc{first}1", f"fc{first}2"]
    return encoder, outputs, [f"fc{number}" for number in range(first + 1, 2 * first + 1)]


def draw(source, kind, inputs, hidden, latent, labels):
    encoder, outputs, decoder = names(kind, hidden)
    widths = [inputs + labels, *hidden]
    shapes = dict(zip(encoder, zip(widths, widths[1:])))
    shapes |= {name: (hidden[-1], latent) for name in outputs}
    widths = [latent + labels, *reversed(hidden), inputs]
    shapes |= dict(zip(decoder, zip(widths, widths[1:])))
    parameters = {}
    for name, shape in shapes.items():
        parameters[f"{name}.weight"], parameters[f"{name}.bias"] = gradients.linear(source, *shape)
    return parameters


def forward(p, kind, hidden, activation, x, told, eps, draws):
    """Mean, log variance, z and logits; the last two have a row a draw."""
    function = {"relu": torch.relu, "tanh": torch.tanh}[activation]
    encoder, outputs, decoder = names(kind, hidden)

    def layer(name, value):
        return functional.linear(value, p[f"{name}.weight"], p[f"{name}.bias"])

    def through(layers, value):
        for name in layers:
            value = layer(name, value)
            assert activation != "relu" or value.abs().min() > 1e-4, "too near a rectifier's corner"
            value = function(value)
        return value

    value = through(encoder, torch.cat([x, told], 1))
    if kind == "autoencoder":
        mean, logvar = layer(outputs[0], value), None
        z = mean
    else:
        mean, logvar = (layer(name, value) for name in outputs)
        wide_mean, wide_logvar = (part.repeat_interleave(draws, 0) for part in (mean, logvar))
        z = wide_mean + torch.exp(wide_logvar / 2) * eps
    logits = layer(decoder[-1], through(decoder[:-1], torch.cat([z, told.repeat_interleave(draws, 0)], 1)))
    return mean, logvar, z, logits


def log_weights(mean, logvar, z, logits, x, draws, detach=False):
    wide = [part.repeat_interleave(draws, 0) for part in (mean, logvar)]
    if detach:
        wide = [part.detach() for part in wide]
    posterior = torch.distributions.Normal(wide[0], torch.exp(wide[1] / 2))
    prior = torch.distributions.Normal(torch.zeros_like(z), torch.ones_like(z))
    entropy = functional.binary_cross_entropy_with_logits(
        logits, x.repeat_interleave(draws, 0), reduction="none"
    ).sum(1)
    ratio = prior.log_prob(z).sum(1) - posterior.log_prob(z).sum(1) - entropy
    return ratio.reshape(-1, draws), entropy.reshape(-1, draws)


def case(
    seed, kind="vae", activation="relu", inputs=12, hidden=(9,), latent=3, labels=0, batch=5, draws=1,
    bound="elbo", beta=1.0, free=0.0,
):
    source = random.Random(seed)
    hidden = list(hidden)
    p = draw(source, kind, inputs, hidden, latent, labels)
    x = gradients.grey(source, batch, inputs)
    eps = gradients.normal(source, batch * draws, latent)
    label = [source.randrange(labels) if labels else 0 for _ in range(batch)]
    told = functional.one_hot(torch.tensor(label), labels).double() if labels else torch.zeros(batch, 0).double()
    for value in p.values():
        value.requires_grad_()
    mean, logvar, z, logits = forward(p, kind, hidden, activation, x, told, eps, draws)
    if kind == "autoencoder":
        objective = functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
        entropy, kl = objective[:, None], torch.zeros(batch).double()
        objective.mean().backward()
    else:
        ratio, entropy = log_weights(mean, logvar, z, logits, x, draws)
        each = -0.5 * (1 + logvar - mean**2 - logvar.exp())
        kl = each.sum(1)
        if bound == "elbo":
            objective = entropy.mean(1) + beta * torch.clamp(each, min=free).sum(1)
        else:
            objective = -(torch.logsumexp(ratio, 1) - torch.log(torch.tensor(float(draws))))
        objective.mean().backward(retain_graph=bound == "dreg")
        if bound == "dreg":
            doubly(p, kind, hidden, mean, logvar, z, logits, x, draws)
    return {
        "kind": kind,
        "activation": activation,
        "in": inputs,
        "hidden": hidden,
        "latent": latent,
        "labels": labels,
        "batch": batch,
        "draws": draws,
        "bound": bound,
        "beta": beta,
        "free": free,
        "parameters": {name: gradients.flat(value) for name, value in p.items()},
        "x": gradients.flat(x),
        "label": label,
        "eps": gradients.flat(eps),
        "reconstruction": gradients.flat(entropy.mean(1)),
        "kl": gradients.flat(kl),
        "objective": gradients.flat(objective),
        "gradients": {name: gradients.flat(value.grad) for name, value in p.items()},
    }


def doubly(p, kind, hidden, mean, logvar, z, logits, x, draws):
    """Puts the doubly reparameterised gradient in the place of the encoder's."""
    ratio, _ = log_weights(mean, logvar, z, logits, x, draws, detach=True)
    weights = torch.softmax(ratio, 1).detach()
    (by_z,) = torch.autograd.grad((-(weights**2) * ratio).sum(1).mean(), z, retain_graph=True)
    encoder, outputs, _ = names(kind, hidden)
    mine = [name for name in p if name.split(".")[0] in encoder + outputs]
    found = torch.autograd.grad(z, [p[name] for name in mine], by_z)
    for name, value in zip(mine, found):
        p[name].grad = value


CASES = {
    "autoencoder": {"kind": "autoencoder"},
    "autoencoder-deep": {"kind": "autoencoder", "hidden": (9, 6), "activation": "tanh"},
    "conditional": {"kind": "conditional", "labels": 4},
    "conditional-draws": {"kind": "conditional", "labels": 4, "draws": 3, "hidden": (8, 5)},
    "deep": {"hidden": (10, 8, 6), "inputs": 17},
    "tanh": {"hidden": (9, 7), "activation": "tanh"},
    "beta": {"beta": 4.0},
    "free": {"free": 0.5, "latent": 6},
    "beta-free": {"beta": 0.25, "free": 0.4, "latent": 6},
    "draws": {"draws": 5},
    "iwae": {"bound": "iwae", "draws": 5},
    "iwae-tanh": {"bound": "iwae", "draws": 7, "activation": "tanh", "hidden": (9, 7)},
    "dreg": {"bound": "dreg", "draws": 5},
    "dreg-conditional": {"bound": "dreg", "draws": 4, "kind": "conditional", "labels": 3},
}


def main():
    folder = gradients.TESTS / "VAETests/Objectives"
    for seed, (name, settings) in enumerate(CASES.items(), start=20):
        gradients.write(folder / f"{name}.json", case(seed, **settings))


if __name__ == "__main__":
    main()
