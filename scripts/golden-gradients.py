"""Writes the float64 reference values that the gradient and optimizer tests compare with.

    golden-gradients.py                 needs torch (CPU); writes below Tests/

The model is the public VAE example's, in small sizes, differentiated by PyTorch in float64. Inputs
and parameters are rounded to float32 first, so that both sides start from the same numbers.

Tests/VAETests/Golden/*.json, one case a file, arrays row-major and flat:

    in, hidden, latent, batch
    parameters      fc1 fc21 (mean) fc22 (log variance) fc3 fc4; weights [out, in]
    x, eps          [batch, in] in 0…1, [batch, latent]
    mean, logvar, z [batch, latent]
    logits          [batch, in]
    reconstruction  [batch] cross-entropy of each image, summed over its pixels
    kl              [batch]
    loss            mean over the batch of reconstruction + kl
    gradients       of loss, named and shaped as the parameters

Tests/KernelsTests/Golden/adam.json: five steps of torch.optim.Adam in float64 over nine elements;
each step has the gradient, and parameters and both moments after it.

Tests/KernelsTests/Golden/rules.json: thirty steps of other rules of torch.optim over the same elements; the
gradients of all, and for each rule the parameters after every step and the moments after the last.

Tests/EngineTests/Golden/schedules.json: the learning rate of every step by torch.optim.lr_scheduler, in
epochs of so many batches.
"""

import json
import math
import pathlib
import random

import torch
from torch.nn import functional

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"


def float32(values):
    return torch.tensor(values, dtype=torch.float32).double()


def flat(tensor):
    return tensor.detach().flatten().tolist()


def normal(source, rows, columns, scale=1.0):
    return float32([[source.gauss(0, scale) for _ in range(columns)] for _ in range(rows)])


def linear(source, inputs, outputs):
    bias = normal(source, 1, outputs, 0.3)[0]
    return normal(source, outputs, inputs, 1 / math.sqrt(inputs)), bias


def grey(source, rows, columns):
    """Pixels as they come: many black, some white, the rest between."""
    choices = [lambda: 0.0, lambda: 1.0, source.random, source.random]
    return float32([[source.choice(choices)() for _ in range(columns)] for _ in range(rows)])


def draw(seed, inputs, hidden, latent, batch):
    source = random.Random(seed)
    shapes = {
        "fc1": (inputs, hidden),
        "fc21": (hidden, latent),
        "fc22": (hidden, latent),
        "fc3": (latent, hidden),
        "fc4": (hidden, inputs),
    }
    parameters = {}
    for name, shape in shapes.items():
        parameters[f"{name}.weight"], parameters[f"{name}.bias"] = linear(source, *shape)
    return parameters, grey(source, batch, inputs), normal(source, batch, latent)


def spread(parameters):
    """Logits from where exp(-|a|) underflows in float32, past where exp(a) overflows, and between;
    variances from almost none to many times the prior's."""
    outputs = len(parameters["fc4.bias"])
    steps = torch.linspace(-1, 1, outputs, dtype=torch.float64)
    parameters["fc4.bias"] = (steps**3 * 250).float().double()
    parameters["fc22.bias"] = float32([-12, -4, 2, 4])


def forward(p, x, eps):
    def layer(name, value):
        return functional.linear(value, p[f"{name}.weight"], p[f"{name}.bias"])

    before_encoder = layer("fc1", x)
    hidden = before_encoder.relu()
    mean, logvar = layer("fc21", hidden), layer("fc22", hidden)
    z = mean + torch.exp(logvar / 2) * eps
    before_decoder = layer("fc3", z)
    logits = layer("fc4", before_decoder.relu())
    for before in before_encoder, before_decoder:
        # Too near a ReLU's corner, float32 could fall on the other side.
        assert before.abs().min() > 1e-4
    return mean, logvar, z, logits


def case(seed, inputs, hidden, latent, batch, change=lambda parameters: None):
    p, x, eps = draw(seed, inputs, hidden, latent, batch)
    change(p)
    for value in p.values():
        value.requires_grad_()
    mean, logvar, z, logits = forward(p, x, eps)
    entropy = functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kl = -0.5 * (1 + logvar - mean**2 - logvar.exp()).sum(1)
    loss = (entropy + kl).mean()
    loss.backward()
    return {
        "in": inputs,
        "hidden": hidden,
        "latent": latent,
        "batch": batch,
        "parameters": {name: flat(value) for name, value in p.items()},
        "x": flat(x),
        "eps": flat(eps),
        "mean": flat(mean),
        "logvar": flat(logvar),
        "z": flat(z),
        "logits": flat(logits),
        "reconstruction": flat(entropy),
        "kl": flat(kl),
        "loss": loss.item(),
        "gradients": {name: flat(value.grad) for name, value in p.items()},
    }


def adam():
    """Gradients of every size: nothing, below eps, ordinary, huge, and of changing sign."""
    source = random.Random(4)
    scales = [0, 1e-12, 1e-8, 1e-4, 1e-2, 1, 1, 1e3, 1e6]
    initial = normal(source, 1, len(scales))[0]
    parameter = initial.clone().requires_grad_()
    settings = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    optimizer = torch.optim.Adam([parameter], lr=1e-3, betas=(0.9, 0.999), eps=1e-8, foreach=False)
    steps = []
    for _ in range(5):
        parameter.grad = float32([source.gauss(0, 1) * scale for scale in scales])
        optimizer.step()
        moments = optimizer.state[parameter]
        steps.append(
            {
                "gradient": flat(parameter.grad),
                "parameters": flat(parameter),
                "first_moment": flat(moments["exp_avg"]),
                "second_moment": flat(moments["exp_avg_sq"]),
            }
        )
    return {**settings, "initial": flat(initial), "steps": steps}


SCALES = [0, 1e-12, 1e-8, 1e-4, 1e-2, 1, 1, 1e3, 1e6]


def rules():
    source = random.Random(5)
    initial = normal(source, 1, len(SCALES))[0]
    gradients = [float32([source.gauss(0, 1) * scale for scale in SCALES]) for _ in range(30)]

    def steps(name, make, settings, first, second=None):
        parameter = initial.clone().requires_grad_()
        optimizer = make([parameter], **settings, foreach=False)
        parameters = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            parameters.append(flat(parameter))
        moments = optimizer.state[parameter]
        return {
            "name": name,
            "settings": settings,
            "parameters": parameters,
            "first_moment": flat(moments[first]) if first else None,
            "second_moment": flat(moments[second]) if second else None,
        }

    adam = ("exp_avg", "exp_avg_sq")
    optim = torch.optim
    return {
        "initial": flat(initial),
        "gradients": [flat(gradient) for gradient in gradients],
        "rules": [
            steps("adam", optim.Adam, {"lr": 1e-3, "eps": 1e-4}, *adam),
            steps("adamw", optim.AdamW, {"lr": 1e-3, "eps": 1e-8, "weight_decay": 1e-2}, *adam),
            steps("adamw", optim.AdamW, {"lr": 0.02, "eps": 1e-4, "weight_decay": 0.3}, *adam),
            steps("sgd", optim.SGD, {"lr": 0.01, "momentum": 0.9}, "momentum_buffer"),
            steps("sgd", optim.SGD, {"lr": 0.03, "momentum": 0.0}, None),
        ],
    }


def schedules():
    """Each schedule steps as its users do: cosine and warm-up after each batch, steps after each epoch."""
    scheduler = torch.optim.lr_scheduler
    rate, batches, epochs = 3e-3, 7, 6
    total = batches * epochs

    def rates(make, every, count=total):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
        schedule = make(optimizer)
        found = []
        for step in range(count):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if (step + 1) % every == 0:
                schedule.step()
        return found

    def warm(optimizer, steps, then):
        linear = scheduler.LinearLR(optimizer, 1 / steps, 1.0, total_iters=steps - 1)
        return scheduler.SequentialLR(optimizer, [linear, then(optimizer)], milestones=[steps])

    def cosine(steps):
        return lambda optimizer: scheduler.CosineAnnealingLR(optimizer, steps)

    def by_step(milestones, factor):
        return lambda optimizer: scheduler.MultiStepLR(optimizer, milestones, gamma=factor)

    def constant(optimizer):
        return scheduler.ConstantLR(optimizer, 1.0)

    def plateau(losses, epochs, factor):
        """The rate of each epoch, where losses[i] is found at the end of epoch i."""
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
        # PyTorch lets the rate fall after more bad epochs than its patience.
        schedule = scheduler.ReduceLROnPlateau(
            optimizer, factor=factor, patience=epochs - 1, threshold=0, eps=0
        )
        found = []
        for loss in losses:
            found.append(optimizer.param_groups[0]["lr"])
            schedule.step(loss)
        return found

    losses = [9, 8, 8, 8.5, 7, 7.25, 7, 7.5, 7.5, 7.5, 7.5, 6, 6.5, 6.5, 5.5, 6, 6, 6, 6]
    step, burda = {"schedule": "step"}, 10 ** (-1 / 7)
    return {
        "plateau": {
            "losses": losses,
            "epochs": 3,
            "decay_factor": burda,
            "rates": plateau(losses, 3, burda),
        },
        "learning_rate": rate,
        "batches_per_epoch": batches,
        "cases": [
            {"schedule": "constant", "rates": rates(constant, 1)},
            {
                "schedule": "constant",
                "warmup_steps": 10,
                "rates": rates(lambda o: warm(o, 10, constant), 1),
            },
            {"schedule": "cosine", "epochs": epochs, "rates": rates(cosine(total), 1)},
            {
                "schedule": "cosine",
                "epochs": epochs,
                "warmup_steps": 9,
                "rates": rates(lambda o: warm(o, 9, cosine(total - 9)), 1),
            },
            {**step, "milestones": [2, 3, 5], "rates": rates(by_step([2, 3, 5], 0.1), batches)},
            {
                **step,
                "milestones": [1, 4],
                "decay_factor": burda,
                "rates": rates(by_step([1, 4], burda), batches),
            },
        ],
    }


def write(path, value):
    """One line a key: small, and a difference can be read."""
    lines = (f"  {json.dumps(key)}: {json.dumps(content)}" for key, content in value.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    golden = TESTS / "VAETests/Golden"
    write(golden / "small.json", case(1, inputs=12, hidden=9, latent=3, batch=5))
    write(golden / "odd.json", case(2, inputs=17, hidden=10, latent=2, batch=7))
    write(golden / "extreme.json", case(3, 31, 8, 4, 6, change=spread))
    write(TESTS / "KernelsTests/Golden/adam.json", adam())
    write(TESTS / "KernelsTests/Golden/rules.json", rules())
    write(TESTS / "EngineTests/Golden/schedules.json", schedules())


if __name__ == "__main__":
    main()
