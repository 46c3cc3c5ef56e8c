"""JAX: one process on all cores, a whole epoch compiled into one program."""

import os

import common

arguments = common.flags()
os.environ["JAX_PLATFORMS"] = "cpu"
try:
    import jax
    import jax.numpy as jnp
except ImportError:
    common.unavailable("there is no jax here")

images = jnp.asarray(common.images(arguments.data, "train"))
count, pixels = images.shape
batch = min(arguments.batch, count)
steps = count // batch


def linear(key, inputs, outputs):
    bound = inputs**-0.5
    weight, bias = jax.random.split(key)
    return (
        jax.random.uniform(weight, (inputs, outputs), minval=-bound, maxval=bound),
        jax.random.uniform(bias, (outputs,), minval=-bound, maxval=bound),
    )


def initial_state():
    hidden, latent = common.HIDDEN, common.LATENT
    sizes = dict(
        fc1=(pixels, hidden), mean=(hidden, latent), log_variance=(hidden, latent),
        fc3=(latent, hidden), fc4=(hidden, pixels),
    )
    keys = jax.random.split(jax.random.key(1), len(sizes))
    parameters = {name: linear(key, *size) for key, (name, size) in zip(keys, sizes.items())}
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return parameters, zeros, zeros, jnp.float32(0)


def apply(layer, x):
    return x @ layer[0] + layer[1]


def loss(parameters, x, key):
    """The summed negative bound of the images `x` (n, pixels)."""
    h = jax.nn.relu(apply(parameters["fc1"], x))
    mean, log_variance = apply(parameters["mean"], h), apply(parameters["log_variance"], h)
    z = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape)
    logits = apply(parameters["fc4"], jax.nn.relu(apply(parameters["fc3"], z)))
    entropy = jnp.maximum(logits, 0) - logits * x + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    divergence = (1 + log_variance - mean**2 - jnp.exp(log_variance)).sum() / 2
    return entropy.sum() - divergence


def mean_loss(parameters, x, key):
    return loss(parameters, x, key) / x.shape[0]


def step(state, chosen):
    parameters, first, second, number = state
    indices, key = chosen
    gradient = jax.grad(mean_loss)(parameters, images[indices], key)
    number = number + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    scale1, scale2 = 1 - 0.9**number, 1 - 0.999**number

    def moved(p, m, v):
        return p - common.LEARNING_RATE * (m / scale1) / (jnp.sqrt(v / scale2) + 1e-8)

    return (jax.tree.map(moved, parameters, first, second), first, second, number), ()


@jax.jit
def epoch(state, key):
    order_key, noise_key = jax.random.split(key)
    order = jax.random.permutation(order_key, count)[: steps * batch].reshape(steps, batch)
    return jax.lax.scan(step, state, (order, jax.random.split(noise_key, steps)))[0]


def train(state, number):
    return jax.block_until_ready(epoch(state, jax.random.key(number)))


def measure():
    state = train(initial_state(), 0)  # compiles
    pace = common.Pace(arguments.seconds)
    pace.begin()
    number = 1
    while number == 1 or not pace.is_over():
        state = train(state, number)
        pace.add(steps * batch)
        number += 1
    pace.tell()


def to_loss():
    test = jnp.asarray(common.images(arguments.data, "t10k"))
    compiled = train(initial_state(), 0)  # so that compilation is not in the time
    del compiled
    state = [initial_state()]
    test_loss = jax.jit(mean_loss)

    def train_epoch(number):
        state[0] = train(state[0], number)

    common.train_to_loss(
        arguments, train_epoch, lambda: test_loss(state[0][0], test, jax.random.key(9)))


if arguments.until_loss is None:
    measure()
else:
    to_loss()
