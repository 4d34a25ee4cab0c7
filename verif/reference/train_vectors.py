#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference vectors for the trainer, computed by PyTorch.

    train_vectors.py [FOLDER]      (default: verif/unit/data)

Writes FOLDER/train_CASE.safetensors: initial weights, one batch, the logits and
gradients of that batch, and the losses of ten steps of SGD and of Adam.  Weights
and features are float32 values; everything that is computed from them is computed
in float64 and stored so.  README.md describes the tensors.

Every case is computed in float32 as well: how far that run is off (metadata
float32_deviation_*) says what a float32 trainer must be allowed.
"""
import copy
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

STEPS = 10
WEIGHT_RANGE = 0.4
SGD_RATE = 0.5
# No gradient of these small cases reaches the norm 1; TIGHT_NORM lies within their range,
# so that steps are clipped and others are not.
CLIP_NORM, TIGHT_NORM = 1.0, 0.25
ADAM_RATE, ADAM_BETAS, ADAM_EPS = 0.01, (0.9, 0.999), 1e-8


# ------------------------------------------------------------------ networks


class PeepholeLSTM(nn.Module):
    """One layer in Gers' form; gates in PyTorch's order i, f, g, o:

    i, f = sigmoid(W x + R h + b + p_{i,f} * c_{t-1})
    g    = tanh(W x + R h + b)
    c_t  = f * c_{t-1} + i * g
    o    = sigmoid(W x + R h + b + p_o * c_t)
    h_t  = o * tanh(c_t)

    weight_peephole_l0 (3, H) has the rows p_i, p_f, p_o.
    """

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * hidden_size))
        self.weight_peephole_l0 = nn.Parameter(torch.empty(3, hidden_size))

    def forward(self, x):
        """x (B, T, X), all sequences of length T -> h (B, T, H)."""
        h = c = x.new_zeros(x.shape[0], self.hidden_size)
        p_i, p_f, p_o = self.weight_peephole_l0
        outputs = []
        for t in range(x.shape[1]):
            z = functional.linear(x[:, t], self.weight_ih_l0, self.bias_ih_l0)
            z = z + functional.linear(h, self.weight_hh_l0, self.bias_hh_l0)
            z_i, z_f, z_g, z_o = z.chunk(4, dim=1)
            i = torch.sigmoid(z_i + p_i * c)
            f = torch.sigmoid(z_f + p_f * c)
            c = f * c + i * torch.tanh(z_g)
            h = torch.sigmoid(z_o + p_o * c) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, dim=1)


class Network(nn.Module):
    """[embedding ->] lstm -> fc, with the parameter names of the project's models."""

    def __init__(self, lstm, embedding=None):
        super().__init__()
        if embedding is not None:
            self.embedding = nn.Embedding(*embedding)
        input_size, hidden_size, layers, projection, head, peephole = lstm
        if peephole:
            self.lstm = PeepholeLSTM(input_size, hidden_size)
        else:
            self.lstm = nn.LSTM(
                input_size, hidden_size, layers, batch_first=True, proj_size=projection
            )
        self.fc = nn.Linear(projection or hidden_size, head)

    def inputs(self, x):
        return self.embedding(x) if hasattr(self, "embedding") else x


# --------------------------------------------------------------------- cases


class Classify:
    """Sequences of different lengths; the output is read at each one's last step."""

    def __init__(self, lengths, head, feature_size=0, vocabulary=0, embedding=0, hidden_size=0,
                 layers=1, projection=0, peephole=False):
        self.lengths, self.classes = lengths, head
        self.feature_size, self.vocabulary = feature_size, vocabulary
        self.lstm = (embedding or feature_size, hidden_size, layers, projection, head, peephole)
        self.embedding = (vocabulary, embedding) if embedding else None

    def draw(self, random):
        steps = sum(self.lengths)
        tensors = {"lengths": np.array(self.lengths, np.int32)}
        if self.embedding:
            tensors["tokens"] = random.integers(0, self.vocabulary, steps, dtype=np.int32)
        else:
            tensors["features"] = random.normal(size=(steps, self.feature_size)).astype(np.float32)
        tensors["labels"] = random.integers(0, self.classes, len(self.lengths), dtype=np.int32)
        return tensors

    def run(self, network, tensors, dtype, step, state):
        """One forward pass: (logits (B, head), loss, state to hand on)."""
        del step, state  # the same batch every time
        if self.embedding:
            x = torch.from_numpy(tensors["tokens"]).long()
        else:
            x = torch.from_numpy(tensors["features"]).to(dtype)
        x = pad_sequence(x.split(self.lengths), batch_first=True)
        x = network.inputs(x)
        if isinstance(network.lstm, PeepholeLSTM):
            if len(set(self.lengths)) != 1:
                raise ValueError("the peephole LSTM takes sequences of one length")
            last = network.lstm(x)[:, -1]
        else:
            _, (h, _) = network.lstm(pack_padded_sequence(x, self.lengths, batch_first=True))
            last = h[-1]
        logits = network.fc(last)
        labels = torch.from_numpy(tensors["labels"]).long()
        return logits, functional.cross_entropy(logits, labels), None


class LanguageModel:
    """Parallel streams in chunks; the state goes on from chunk to chunk, gradients do not."""

    def __init__(self, vocabulary, embedding, hidden_size, layers, streams, chunks, chunk_steps):
        self.vocabulary, self.streams = vocabulary, streams
        self.chunks, self.chunk_steps = chunks, chunk_steps
        self.lstm = (embedding, hidden_size, layers, 0, vocabulary, False)
        self.embedding = (vocabulary, embedding)

    def draw(self, random):
        shape = (self.streams, self.chunks * self.chunk_steps + 1)
        return {"tokens": random.integers(0, self.vocabulary, shape, dtype=np.int32)}

    def run(self, network, tensors, dtype, step, state):
        """One chunk: (logits (B, T, V), loss, the state after it)."""
        del dtype
        tokens = torch.from_numpy(tensors["tokens"]).long()
        chunk = step % self.chunks
        begin = chunk * self.chunk_steps
        end = begin + self.chunk_steps
        state = None if chunk == 0 else tuple(part.detach() for part in state)
        h, state = network.lstm(network.inputs(tokens[:, begin:end]), state)
        logits = network.fc(h)
        loss = functional.cross_entropy(
            logits.reshape(-1, self.vocabulary), tokens[:, begin + 1 : end + 1].reshape(-1)
        )
        return logits, loss, state


CASES = {
    "classify": (
        1,
        Classify(lengths=[9, 7, 7, 3], head=5, feature_size=7, hidden_size=6, layers=2),
        "features, 2 layers, X 7, H 6, head 5; 4 sequences",
    ),
    "projection": (
        2,
        Classify(lengths=[6, 4, 2], head=3, vocabulary=11, embedding=5, hidden_size=6,
                 projection=4),
        "tokens, embedding 11 x 5, 1 layer, H 6, projection 4, head 3; 3 sequences",
    ),
    "language": (
        3,
        LanguageModel(vocabulary=13, embedding=8, hidden_size=8, layers=2, streams=3, chunks=4,
                      chunk_steps=3),
        "language model, embedding 13 x 8, 2 layers, H 8, head 13; 3 streams, 4 chunks of 3 steps",
    ),
    "peephole": (
        4,
        Classify(lengths=[5, 5], head=3, feature_size=5, hidden_size=4, peephole=True),
        "features, 1 layer with peepholes, X 5, H 4, head 3; 2 sequences",
    ),
}


# --------------------------------------------------------------- computation


def draw_weights(network, random):
    """Uniform float32 values by parameter name; bias_hh is zero and stays so."""
    weights = {}
    for name, parameter in network.named_parameters():
        values = random.uniform(-WEIGHT_RANGE, WEIGHT_RANGE, tuple(parameter.shape))
        weights[name] = (values * (".bias_hh" not in name)).astype(np.float32)
    return weights


def build(case, weights, dtype):
    torch.set_default_dtype(dtype)
    network = Network(case.lstm, case.embedding)
    network.load_state_dict({name: torch.from_numpy(w).to(dtype) for name, w in weights.items()})
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(".bias_hh" not in name)
    return network


def trained(network):
    return {name: p for name, p in network.named_parameters() if p.requires_grad}


def train(case, network, tensors, dtype, optimizer, clip):
    """STEPS losses, each before its update, and the gradients' norms before clipping."""
    losses, norms, state = [], [], None
    parameters = list(trained(network).values())
    for step in range(STEPS):
        optimizer.zero_grad()
        _, loss, state = case.run(network, tensors, dtype, step, state)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, clip)))
        optimizer.step()
        losses.append(float(loss))
    return np.array(losses), np.array(norms)


def compute(case, weights, tensors, dtype):
    """What the file holds beside weights and batch: name -> array of float64."""
    network = build(case, weights, dtype)
    logits, loss, state = case.run(network, tensors, dtype, 0, None)
    loss.backward()
    results = {"logits": logits, "loss": loss.reshape(1)}
    if state is not None:
        results["state.h"], results["state.c"] = state
    for name, parameter in trained(network).items():
        results["grad." + name] = parameter.grad
    results = {name: r.detach().double().numpy().copy() for name, r in results.items()}

    for name, clip in (("sgd", CLIP_NORM), ("clipped", TIGHT_NORM), ("adam", float("inf"))):
        network = build(case, weights, dtype)
        parameters = trained(network).values()
        if name == "adam":
            optimizer = torch.optim.Adam(parameters, lr=ADAM_RATE, betas=ADAM_BETAS, eps=ADAM_EPS)
        else:
            optimizer = torch.optim.SGD(parameters, lr=SGD_RATE)
        losses, norms = train(case, network, tensors, dtype, optimizer, clip)
        results["losses_" + name], results["norms_" + name] = losses, norms
    return results


# -------------------------------------------------------------------- checks


def check_peephole():
    """The hand-written layer with zero peepholes is nn.LSTM, values and gradients."""
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(5)
    plain, peephole = nn.LSTM(5, 4, batch_first=True), PeepholeLSTM(5, 4)
    state = copy.deepcopy(plain.state_dict())
    peephole.load_state_dict({**state, "weight_peephole_l0": torch.zeros(3, 4)})
    x = torch.randn(2, 6, 5)
    outputs = []
    for layer, h in ((plain, plain(x)[0]), (peephole, peephole(x))):
        h.pow(2).sum().backward()
        outputs.append([h] + [layer.get_parameter(name).grad for name in state])
    for one, other in zip(*outputs):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-13)


def check_difference(case, weights, tensors, results):
    """Analytic gradients against central differences of the loss (not of autograd)."""
    network = build(case, weights, torch.float64)
    width = 1e-5
    with torch.no_grad():
        for name, parameter in trained(network).items():
            flat, worst = parameter.view(-1), 0.0
            for i, analytic in enumerate(results["grad." + name].reshape(-1)):
                keep, loss = float(flat[i]), []
                for side in (width, -width):
                    flat[i] = keep + side
                    loss.append(float(case.run(network, tensors, torch.float64, 0, None)[1]))
                flat[i] = keep
                worst = max(worst, abs((loss[0] - loss[1]) / (2 * width) - analytic))
            if not worst < 1e-8:
                raise SystemExit(f"{name}: gradient and difference are {worst:g} apart")


def deviations(single, double):
    """Largest absolute difference of the float32 run, by kind of result."""
    worst = {}
    for name, values in double.items():
        kind = name.split(".")[0]
        worst[kind] = max(worst.get(kind, 0.0), float(np.abs(single[name] - values).max()))
    if max(worst.values()) > 1e-4:
        raise SystemExit(f"float32 and float64 disagree: {worst}")
    return {"float32_deviation_" + kind: f"{value:.2e}" for kind, value in worst.items()}


# --------------------------------------------------------------------- files

DTYPES = {"float64": "F64", "float32": "F32", "int32": "I32"}


def save(path, tensors, metadata):
    """safetensors: 8-byte little-endian header length, JSON header, raw tensors.
    Widest elements first and a header of whole 8 bytes: everything is aligned."""
    header, offset, blobs = {"__metadata__": metadata}, 0, []
    for name in sorted(tensors, key=lambda n: (-tensors[n].itemsize, n)):
        values = tensors[name]
        blob = values.astype(values.dtype.newbyteorder("<")).tobytes()
        header[name] = {
            "dtype": DTYPES[values.dtype.name],
            "shape": list(values.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def make(name, folder):
    seed, case, description = CASES[name]
    random = np.random.Generator(np.random.PCG64(seed))
    weights = draw_weights(Network(case.lstm, case.embedding), random)
    tensors = case.draw(random)
    results = compute(case, weights, tensors, torch.float64)
    single = compute(case, weights, tensors, torch.float32)
    check_difference(case, weights, tensors, results)
    metadata = {
        "case": description,
        "seed": str(seed),
        "made_by": f"verif/reference/train_vectors.py, PyTorch {torch.__version__}, "
        f"NumPy {np.__version__}",
        "clip_norms": f"losses_sgd {CLIP_NORM}, losses_clipped {TIGHT_NORM}, losses_adam none",
        **{
            kind: " ".join(f"{loss:.12g}" for loss in results[kind])
            for kind in ("losses_sgd", "losses_clipped", "losses_adam")
        },
        **deviations(single, results),
    }
    path = folder / f"train_{name}.safetensors"
    save(path, {**weights, **tensors, **results}, metadata)
    clipped = int((results["norms_clipped"] > TIGHT_NORM).sum())
    if clipped == 0:
        raise SystemExit(f"{path.name}: no step of losses_clipped was clipped")
    print(
        f"{path.name}: {path.stat().st_size} bytes, {clipped} of {STEPS} steps clipped at "
        f"{TIGHT_NORM}, {int((results['norms_sgd'] > CLIP_NORM).sum())} at {CLIP_NORM}, "
        f"losses {results['losses_sgd'][0]:.4f} to {results['losses_sgd'][-1]:.4f} (SGD), "
        f"{results['losses_adam'][-1]:.4f} (Adam)"
    )


def main():
    if len(sys.argv) > 2 or any(argument.startswith("-") for argument in sys.argv[1:]):
        raise SystemExit(__doc__)
    default = pathlib.Path(__file__).resolve().parent.parent / "unit" / "data"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else default
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    check_peephole()
    for name in CASES:
        make(name, folder)


if __name__ == "__main__":
    main()
