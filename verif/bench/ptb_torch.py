#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Training speed of PyTorch on the Penn Treebank network, to lay beside the trainer's.

The network: embedding 10,000 x 200, two LSTM layers of 200, head of 10,000 with
bias, all weights uniform in +-0.1, SGD with rate 1, gradients clipped at norm 5, 20
streams in chunks of 20 steps with carried state, no dropout.  One nn.LSTM call a
chunk, one cross entropy over all its targets; float32 on the CPU.

Text: $BRDS_DATA/ptb/ptb.train.txt (default of BRDS_DATA: ../shared/data beside the
source tree).  Prints one JSON line; tokens_per_s counts targets of the timed
minibatches, reading the text and the warm-up are not timed.
"""
import argparse
import collections
import json
import os
import pathlib
import sys
import time

WARM_UP = 10
STREAMS, STEPS = 20, 20
HIDDEN, LAYERS = 200, 2
WEIGHT_RANGE, RATE, CLIP_NORM = 0.1, 1.0, 5.0


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("minibatches", type=positive, nargs="?", default=100,
                        help="timed minibatches (default 100)")
    parser.add_argument("--threads", type=positive, default=1, help="default 1")
    parser.add_argument("--seed", type=int, default=1, help="of the weights (default 1)")
    return parser.parse_args()


def read_tokens():
    """The text as token numbers, most frequent word first, equals in the order of bytes."""
    tree = pathlib.Path(__file__).resolve().parent.parent.parent
    data = pathlib.Path(os.environ.get("BRDS_DATA") or tree.parent / "shared" / "data")
    path = data / "ptb" / "ptb.train.txt"
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        print(f"ptb_torch.py: {path}: {error.strerror}", file=sys.stderr)
        raise SystemExit(3) from error
    words = [word for line in lines for word in line.split() + [b"<eos>"]]
    counts = collections.Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    numbers = {word: number for number, word in enumerate(order)}
    return [numbers[word] for word in words], len(order)


def main():
    options = arguments()
    # Before PyTorch is loaded: its BLAS reads them once.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    import torch
    from torch import nn

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokens, vocabulary = read_tokens()
    length = len(tokens) // STREAMS
    text = torch.tensor(tokens[: STREAMS * length]).view(STREAMS, length).t().contiguous()

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(vocabulary, HIDDEN)
            self.lstm = nn.LSTM(HIDDEN, HIDDEN, LAYERS)
            self.fc = nn.Linear(HIDDEN, vocabulary)
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -WEIGHT_RANGE, WEIGHT_RANGE)

        def forward(self, x, state):
            h, state = self.lstm(self.embedding(x), state)
            return self.fc(h.view(-1, HIDDEN)), state

    network = Network()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    cross_entropy = nn.CrossEntropyLoss()
    chunks = (length - 1) // STEPS
    state, losses, start = None, [], 0.0
    for minibatch in range(WARM_UP + options.minibatches):
        if minibatch == WARM_UP:
            start = time.perf_counter()
        begin = minibatch % chunks * STEPS
        state = tuple(part.detach() for part in state) if begin else None
        logits, state = network(text[begin : begin + STEPS], state)
        loss = cross_entropy(logits, text[begin + 1 : begin + STEPS + 1].view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss.detach())
    seconds = time.perf_counter() - start

    print(json.dumps({
        "program": "PyTorch " + torch.__version__,
        "tokens_per_s": round(options.minibatches * STREAMS * STEPS / seconds, 1),
        "seconds": round(seconds, 4),
        "minibatches": options.minibatches,
        "warm_up": WARM_UP,
        "threads": torch.get_num_threads(),
        "vocabulary": vocabulary,
        "first_loss": round(float(losses[0]), 6),
        "last_loss": round(float(losses[-1]), 6),
    }))


if __name__ == "__main__":
    main()
