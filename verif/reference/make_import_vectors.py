#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small trained-network files in every format that is read, and what they compute.

    make_import_vectors.py PART [FOLDER]       (default: verif/unit/data/import)

PART is one of
    torch       PyTorch, h5py, onnx, safetensors: cells, npz, ONNX
    keras       Keras 3 and its backend, h5py, safetensors: .keras, HDF5
    textgenrnn  h5py, safetensors; $TEXTGENRNN names textgenrnn_weights.hdf5

Each writes files of random weights and, beside NAME, NAME.expected.safetensors:
x (T, X), h (T, R) of the last layer at each step, y (T, size) of the head if there
is one.  What is expected comes from the framework itself, run on x.  README.md in
the folder tells how the files were made.  Folder refused/ holds files that must be
refused, each made wrong in the way of its name.
"""
import os
import pathlib
import sys
import warnings

import numpy as np

STEPS = 6
INPUTS, HIDDEN, SECOND, CLASSES = 3, 4, 5, 2
FILE_SEED = 20


def input_sequence():
    return np.random.default_rng(FILE_SEED).normal(size=(STEPS, INPUTS)).astype("<f4")


def save_expected(path, **tensors):
    from safetensors.numpy import save_file

    name = pathlib.Path(f"{path}.expected.safetensors")
    save_file({k: np.ascontiguousarray(v, "<f4") for k, v in tensors.items()}, name)
    name.chmod(0o644)


def deflate(path):
    """Packs an archive anew: Keras stores its parts, which are mostly zeros."""
    import zipfile

    with zipfile.ZipFile(path) as old:
        parts = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts:
            new.writestr(zipfile.ZipInfo(name), data, compress_type=zipfile.ZIP_DEFLATED)


# ---- PyTorch: cells, npz, ONNX -------------------------------------------------


def torch_part(folder):
    import torch
    from torch import nn

    warnings.simplefilter("ignore")
    torch.manual_seed(FILE_SEED)
    x = torch.from_numpy(input_sequence())

    class Lstm(nn.Module):
        """nn.LSTM of two layers; the head at every step or at the last one."""

        def __init__(self, batch_first, last_only):
            super().__init__()
            self.lstm = nn.LSTM(INPUTS, HIDDEN, num_layers=2, batch_first=batch_first)
            self.fc = nn.Linear(HIDDEN, CLASSES)
            self.batch_first, self.last_only = batch_first, last_only

        def forward(self, sequence):
            out, _ = self.lstm(sequence)
            if self.last_only:
                out = out[:, -1] if self.batch_first else out[-1]
            return self.fc(out)

    class Sizes(nn.Module):
        """An embedding and two modules of different sizes, a layer each."""

        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(7, INPUTS)
            self.rnn = nn.ModuleList([nn.LSTM(INPUTS, HIDDEN), nn.LSTM(HIDDEN, SECOND)])
            self.out = nn.Linear(SECOND, CLASSES)

        def forward(self, sequence):
            out = self.table(sequence) if sequence.dtype == torch.int64 else sequence
            for module in self.rnn:
                out, _ = module(out)
            return self.out(out)

    class Cells(nn.Module):
        def __init__(self):
            super().__init__()
            self.cells = nn.ModuleList([nn.LSTMCell(INPUTS, HIDDEN), nn.LSTMCell(HIDDEN, SECOND)])
            self.out = nn.Linear(SECOND, CLASSES)

        def forward(self, sequence):
            states, outputs = [None, None], []
            for step in sequence:
                value = step
                for k, cell in enumerate(self.cells):
                    states[k] = cell(value, states[k])
                    value = states[k][0]
                outputs.append(value)
            return torch.stack(outputs)

    def expect_lstm(name, net):
        with torch.no_grad():
            h, _ = net.lstm(x[None] if net.batch_first else x[:, None])
            h = h.reshape(STEPS, HIDDEN)
            save_expected(folder / name, x=x, h=h, y=net.fc(h))

    for name, batch_first, last_only, dynamic in (
            ("torch_steps.onnx", True, False, True), ("torch_last.onnx", False, True, False)):
        net = Lstm(batch_first, last_only).eval()
        sample = x[None] if batch_first else x[:, None]
        axes = {"x": {0: "n", 1: "t"}} if dynamic else None
        torch.onnx.export(net, (sample,), folder / name, input_names=["x"], dynamic_axes=axes)
        expect_lstm(name, net)

    sizes = Sizes().eval()
    torch.onnx.export(sizes, (torch.zeros(STEPS, 1, dtype=torch.int64),),
                      folder / "torch_embedding.onnx", input_names=["x"])

    def expect_sizes(name, net):
        with torch.no_grad():
            h = x[:, None]
            for module in net.rnn:
                h, _ = module(h)
            h = h.reshape(STEPS, SECOND)
            save_expected(folder / name, x=x, h=h, y=net.out(h))

    expect_sizes("torch_embedding.onnx", sizes)

    cells = Cells().eval()
    from safetensors.torch import save_file
    save_file(cells.state_dict(), folder / "cells.safetensors")
    (folder / "cells.safetensors").chmod(0o644)
    with torch.no_grad():
        h = cells(x)
        save_expected(folder / "cells.safetensors", x=x, h=h, y=cells.out(h))

    npz_files(folder, sizes, expect_sizes)
    onnx_files(folder, x.numpy())
    refused_npz(folder / "refused")


def npz_files(folder, net, expect):
    """Every type, order and version that is read, in one stored and one deflated file."""
    import torch

    # Values that float16 holds exactly, so that all types hold the same numbers.
    with torch.no_grad():
        for value in net.parameters():
            value.copy_(value.half().float())
    arrays = {k: v.numpy() for k, v in net.state_dict().items() if not k.startswith("table")}
    for k in arrays:
        if "weight_hh" in k:
            arrays[k] = np.asfortranarray(arrays[k].astype("<f8"))
        elif "bias" in k:
            arrays[k] = arrays[k].astype("<f2")
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "deflated.npz", **arrays)
    expect("stored.npz", net)
    # Versions 2 and 3 of .npy, which NumPy itself writes for long headers only.
    import io
    import zipfile
    with zipfile.ZipFile(folder / "versions.npz", "w") as archive:
        for i, (k, v) in enumerate(arrays.items()):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, v, version=(1 + i % 3, 0))
            archive.writestr(zipfile.ZipInfo(f"{k}.npy"), buffer.getvalue())


def onnx_lstm(rng, name="", peepholes=False, raw=True, attributes=None, **changes):
    """A model of one LSTM node, its weights initializers; `changes` replace tensors."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def value(*shape):
        return rng.normal(size=shape).astype("<f4")

    tensors = {"W": value(1, 4 * HIDDEN, INPUTS), "R": value(1, 4 * HIDDEN, HIDDEN),
               "B": value(1, 8 * HIDDEN)}
    inputs = ["X", "W", "R", "B", "", "", "", ""]
    if peepholes:
        tensors |= {"h0": np.zeros((1, 1, HIDDEN), "<f4"), "c0": np.zeros((1, 1, HIDDEN), "<f4"),
                    "P": value(1, 3 * HIDDEN)}
        inputs[5:] = ["h0", "c0", "P"]
    for k, v in changes.items():
        tensors[k] = v
        if k in ("h0", "c0"):
            inputs[5 if k == "h0" else 6] = k
    while not inputs[-1]:
        inputs.pop()
    node = helper.make_node("LSTM", inputs, ["Y", "Y_h", "Y_c"], name=name or "lstm",
                            hidden_size=HIDDEN, **(attributes or {}))
    made = []
    for k, v in tensors.items():
        if isinstance(v, onnx.TensorProto):
            made.append(v)
        elif raw:
            made.append(numpy_helper.from_array(v, k))
        else:
            kind = TensorProto.FLOAT if v.dtype == np.float32 else TensorProto.DOUBLE
            made.append(helper.make_tensor(k, kind, v.shape, v.flatten().tolist()))
    directions = tensors["W"].shape[0] if hasattr(tensors["W"], "shape") else 1
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["t", 1, INPUTS])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["t", directions, 1, HIDDEN])], made)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def onnx_files(folder, x):
    import onnx
    from onnx.reference import ReferenceEvaluator

    rng = np.random.default_rng(FILE_SEED + 1)
    for name, options in (("peephole.onnx", {"peepholes": True, "raw": False}),
                          ("plain.onnx", {})):
        model = onnx_lstm(rng, **options)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, folder / name)
        y = ReferenceEvaluator(model).run(["Y"], {"X": x[:, None]})[0]
        save_expected(folder / name, x=x, h=y.reshape(STEPS, HIDDEN))
    half = onnx_lstm(rng)
    for tensor in half.graph.initializer:
        value = onnx.numpy_helper.to_array(tensor).astype("<f2")
        # float16 not as bytes but as numbers of int32_data.
        made = onnx.TensorProto(name=tensor.name, data_type=onnx.TensorProto.FLOAT16)
        made.dims.extend(value.shape)
        made.int32_data.extend(value.view("<u2").flatten().tolist())
        tensor.CopyFrom(made)
    onnx.save(half, folder / "half.onnx")
    wide = onnx.ModelProto()
    wide.CopyFrom(half)
    for tensor in wide.graph.initializer:
        tensor.CopyFrom(onnx.numpy_helper.from_array(
            onnx.numpy_helper.to_array(tensor).astype("<f4"), tensor.name))
    y = ReferenceEvaluator(wide).run(["Y"], {"X": x[:, None]})[0]
    save_expected(folder / "half.onnx", x=x, h=y.reshape(STEPS, HIDDEN))
    refused_onnx(folder / "refused", rng)


def refused_onnx(folder, rng):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir(exist_ok=True)
    both = {"W": np.ones((2, 4 * HIDDEN, INPUTS), "<f4"), "R": np.ones((2, 4 * HIDDEN, HIDDEN), "<f4"),
            "B": np.ones((2, 8 * HIDDEN), "<f4")}
    nonzero = np.full((1, 1, HIDDEN), 0.5, "<f4")
    models = {
        "reverse": onnx_lstm(rng, attributes={"direction": "reverse"}),
        "bidirectional": onnx_lstm(rng, attributes={"direction": "bidirectional"}, **both),
        "clip": onnx_lstm(rng, attributes={"clip": 3.0}),
        "activations": onnx_lstm(rng, attributes={"activations": ["HardSigmoid", "Tanh", "Tanh"]}),
        "activation_alpha": onnx_lstm(rng, attributes={"activation_alpha": [0.2, 0.0, 0.0]}),
        "input_forget": onnx_lstm(rng, attributes={"input_forget": 1}),
        "initial_h": onnx_lstm(rng, h0=nonzero),
        "initial_c": onnx_lstm(rng, c0=nonzero),
        "shape_of_b": onnx_lstm(rng, B=np.ones((1, 4 * HIDDEN), "<f4")),
        "integer_weights": onnx_lstm(rng, W=np.ones((1, 4 * HIDDEN, INPUTS), "<i4")),
    }
    outside = onnx_lstm(rng)
    tensor = outside.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    models["external_data"] = outside
    graph_input = onnx_lstm(rng)
    del graph_input.graph.initializer[0]
    graph_input.graph.input.append(
        helper.make_tensor_value_info("W", TensorProto.FLOAT, [1, 4 * HIDDEN, INPUTS]))
    models["graph_input"] = graph_input
    cycle = onnx_lstm(rng)
    cycle.graph.node.insert(0, helper.make_node("Identity", ["a"], ["b"]))
    cycle.graph.node.insert(0, helper.make_node("Identity", ["b"], ["a"]))
    cycle.graph.node[2].input[1] = "a"
    models["cycle"] = cycle
    gru = helper.make_graph(
        [helper.make_node("GRU", ["X", "W", "R"], ["Y"], name="gru", hidden_size=HIDDEN)], "g",
        [], [], [numpy_helper.from_array(np.ones((1, 3 * HIDDEN, INPUTS), "<f4"), "W"),
                 numpy_helper.from_array(np.ones((1, 3 * HIDDEN, HIDDEN), "<f4"), "R")])
    models["gru"] = helper.make_model(gru)
    between = onnx_lstm(rng)
    more = onnx_lstm(rng, W=np.ones((1, 4 * HIDDEN, HIDDEN), "<f4"))
    for tensor in more.graph.initializer:
        tensor.name += "2"
    between.graph.initializer.extend(more.graph.initializer)
    between.graph.node.append(helper.make_node("Relu", ["Y"], ["relu"], name="relu"))
    between.graph.node.append(helper.make_node("LSTM", ["relu", "W2", "R2", "B2"], ["Z"],
                                               name="second", hidden_size=HIDDEN))
    models["relu_between"] = between
    state = onnx.ModelProto()
    state.CopyFrom(between)
    state.graph.node[2].input[0] = "Y_h"
    models["last_state_only"] = state
    for name, model in models.items():
        onnx.save(model, folder / f"{name}.onnx")


def refused_npz(folder):
    import io
    import zipfile

    rng = np.random.default_rng(FILE_SEED + 2)
    good = {"weight_ih_l0": rng.normal(size=(16, 3)).astype("<f4"),
            "weight_hh_l0": rng.normal(size=(16, 4)).astype("<f4")}
    np.savez(folder / "big_endian.npz", **(good | {"weight_ih_l0": good["weight_ih_l0"].astype(">f4")}))
    np.savez(folder / "objects.npz", **(good | {"extra": np.array([{}, []], dtype=object)}))
    np.savez(folder / "complex.npz", **(good | {"extra": np.ones(2, "<c8")}))
    np.save(folder / "single.npy", good["weight_ih_l0"])

    def archive(name, entries, method=zipfile.ZIP_STORED):
        with zipfile.ZipFile(folder / name, "w", method) as z:
            for key, data in entries:
                z.writestr(zipfile.ZipInfo(key), data, compress_type=method)

    def npy(value):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, value)
        return buffer.getvalue()

    archive("bzip2.npz", [(f"{k}.npy", npy(v)) for k, v in good.items()], zipfile.ZIP_BZIP2)
    archive("pickle.pt", [("archive/data.pkl", b"\x80\x02}q\x00."), ("archive/data/0", b"0123")])
    archive("nothing.zip", [("readme.txt", b"nothing of use")])


# ---- Keras ---------------------------------------------------------------------


def keras_part(folder):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import h5py
    import keras
    from keras import layers

    rng = np.random.default_rng(FILE_SEED + 3)
    x = input_sequence()

    def fill(model):
        model.set_weights([rng.normal(scale=0.7, size=w.shape).astype("<f4")
                           for w in model.get_weights()])

    def expect(name, model, lstms, heads=1):
        inner = keras.Model(model.inputs, lstms.output)
        h = np.asarray(inner(x[None]))[0]
        tensors = {"x": x, "h": h}
        if heads:
            w, b = model.layers[-1].get_weights()
            tensors["y"] = h @ w + b  # the head before its softmax
        save_expected(folder / name, **tensors)

    stack = keras.Sequential([
        keras.Input((None, INPUTS)), layers.LSTM(HIDDEN, return_sequences=True, name="first"),
        layers.Dropout(0.5), layers.LSTM(SECOND, return_sequences=True, name="second"),
        layers.Dense(CLASSES, activation="softmax", name="classes")])
    fill(stack)
    for name in ("stack.keras", "stack.h5"):
        stack.save(folder / name)
    stack.save_weights(folder / "stack.weights.h5")
    expect("stack.keras", stack, stack.layers[2])

    ids = keras.Input((None, INPUTS))
    first = layers.LSTM(HIDDEN, return_sequences=True)(ids)
    second = layers.LSTM(HIDDEN, return_sequences=True, use_bias=False)(first)
    functional = keras.Model(ids, layers.TimeDistributed(layers.Dense(CLASSES))(second))
    fill(functional)
    functional.save(folder / "functional.keras")
    deflate(folder / "functional.keras")
    expect("functional.keras", functional, functional.layers[2])

    # Keras 2's weights alone, as LSTM and as CuDNNLSTM.  The latter's layouts undo
    # Keras' own conversion to LSTM: kernel.T.reshape(kernel.shape, order="F") of a
    # gate's kernel, recurrent.T, and the sum of two biases.
    def keras2(name, cudnn):
        with h5py.File(folder / name, "w", libver="latest") as file:
            file.attrs["layer_names"] = [b"lstm_1", b"dropout_1", b"lstm_2", b"dense_1"]
            file.attrs["backend"] = b"tensorflow"
            file.attrs["keras_version"] = b"2.2.4"
            file.create_group("dropout_1").attrs["weight_names"] = []
            for key, layer in (("lstm_1", stack.layers[0]), ("lstm_2", stack.layers[2]),
                               ("dense_1", stack.layers[3])):
                weights = [np.asarray(w) for w in layer.get_weights()]
                names = ["kernel", "recurrent_kernel", "bias"] if len(weights) == 3 else ["kernel", "bias"]
                if cudnn and len(weights) == 3:
                    gates = [np.hsplit(w, 4) for w in weights[:2]]
                    kernel = [g.reshape(g.T.shape, order="F").T for g in gates[0]]
                    part = rng.normal(size=weights[2].shape).astype("<f4")
                    for before, after in zip(kernel, gates[0]):
                        assert np.array_equal(before.T.reshape(before.shape, order="F"), after)
                    weights = [np.hstack(kernel), np.hstack([g.T for g in gates[1]]),
                               np.concatenate([part, weights[2] - part])]
                group = file.create_group(key)
                group.attrs["weight_names"] = [f"{key}/{n}:0".encode() for n in names]
                for n, w in zip(names, weights):
                    group[f"{key}/{n}:0"] = w

    keras2("keras2.h5", False)
    keras2("cudnn.h5", True)
    refused_keras(folder / "refused", keras, layers, h5py)


def refused_keras(folder, keras, layers, h5py):
    folder.mkdir(exist_ok=True)
    shape = keras.Input((None, INPUTS))
    cases = {
        "bidirectional.keras": [layers.Bidirectional(layers.LSTM(HIDDEN))],
        "hard_sigmoid.keras": [layers.LSTM(HIDDEN, recurrent_activation="hard_sigmoid")],
        "backwards.h5": [layers.LSTM(HIDDEN, go_backwards=True)],
        "dense_between.keras": [layers.LSTM(HIDDEN, return_sequences=True), layers.Dense(HIDDEN),
                                layers.LSTM(HIDDEN)],
        "bidirectional.weights.h5": [layers.Bidirectional(layers.LSTM(HIDDEN))],
    }
    for name, stack in cases.items():
        model = keras.Sequential([shape, *stack])
        (model.save_weights if name.endswith("weights.h5") else model.save)(folder / name)
        if name.endswith(".keras"):
            deflate(folder / name)
    with h5py.File(folder / "gru_weights.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = [b"gru_1"]
        group = file.create_group("gru_1")
        group.attrs["weight_names"] = [b"gru_1/kernel:0", b"gru_1/recurrent_kernel:0"]
        group["gru_1/kernel:0"] = np.ones((INPUTS, 3 * HIDDEN), "<f4")
        group["gru_1/recurrent_kernel:0"] = np.ones((HIDDEN, 3 * HIDDEN), "<f4")
    with h5py.File(folder / "integers.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = [b"lstm_1"]
        group = file.create_group("lstm_1")
        group.attrs["weight_names"] = [b"kernel:0", b"recurrent_kernel:0"]
        group["kernel:0"] = np.ones((INPUTS, 4 * HIDDEN), "<i4")
        group["recurrent_kernel:0"] = np.ones((HIDDEN, 4 * HIDDEN), "<f4")
    with h5py.File(folder / "link_outside.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = [b"lstm_1"]
        group = file.create_group("lstm_1")
        group.attrs["weight_names"] = [b"kernel:0", b"recurrent_kernel:0"]
        group["kernel:0"] = h5py.ExternalLink("stack.h5", "/model_weights/first/kernel")
        group["recurrent_kernel:0"] = np.ones((HIDDEN, 4 * HIDDEN), "<f4")
    with h5py.File(folder / "huge.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = [b"lstm_1"]
        group = file.create_group("lstm_1")
        group.attrs["weight_names"] = [b"kernel:0", b"recurrent_kernel:0"]
        group.create_dataset("kernel:0", shape=(1 << 30, 1 << 30), dtype="<f4", chunks=(16, 16))
        group["recurrent_kernel:0"] = np.ones((HIDDEN, 4 * HIDDEN), "<f4")
    with h5py.File(folder / "no_keras.h5", "w", libver="latest") as file:
        file["data"] = np.ones(3)


# ---- a published model ---------------------------------------------------------


def textgenrnn_part(folder):
    """The two LSTMs of a published model on an input of our own, in NumPy and float64.

    The weights come from CuDNNLSTM.  That they are read right is shown by the whole
    model, attention and softmax included, which must know English: the bits a
    character that it needs for a sentence are printed for this reading and others.
    """
    import json

    import h5py

    path = pathlib.Path(os.environ["TEXTGENRNN"])
    with h5py.File(path) as file:
        w = {k: np.array(file[k]).astype("f8") for k in
             [f"rnn_{n}/rnn_{n}/{v}:0" for n in (1, 2) for v in ("kernel", "recurrent_kernel", "bias")]
             + ["embedding/embedding/embeddings:0", "attention/attention/attention_W:0",
                "output/output/kernel:0", "output/output/bias:0"]}

    def sigmoid(v):
        return 1.0 / (1.0 + np.exp(-v))

    def layer(n, sequence, flat=True, turned=True):
        kernel, recurrent, bias = (w[f"rnn_{n}/rnn_{n}/{v}:0"]
                                   for v in ("kernel", "recurrent_kernel", "bias"))
        size = recurrent.shape[0]
        kernels = [k.T.reshape(k.shape, order="F") if flat else k for k in np.hsplit(kernel, 4)]
        recurrents = [r.T if turned else r for r in np.hsplit(recurrent, 4)]
        biases = np.split(bias[:4 * size] + bias[4 * size:], 4)
        h, c, outputs = np.zeros(size), np.zeros(size), []
        for x in sequence:
            i, f, g, o = (x @ k + h @ r + b for k, r, b in zip(kernels, recurrents, biases))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            outputs.append(h)
        return np.array(outputs)

    vocabulary = json.loads((path.parent / "textgenrnn_vocab.json").read_text())
    text = "What is the best thing that you have ever done in the world?"

    def bits(**reading):
        """The model takes the 40 characters before, behind a start sign and padding."""
        total = 0.0
        for k in range(1, len(text)):
            codes = [vocabulary["<s>"]] + [vocabulary[c] for c in text[:k]]
            codes = ([0] * 40 + codes)[-40:]
            e = w["embedding/embedding/embeddings:0"][codes]
            one = layer(1, e, **reading)
            all_ = np.hstack([e, one, layer(2, one, **reading)])
            weight = np.exp(all_ @ w["attention/attention/attention_W:0"][:, 0])
            logits = (weight / weight.sum()) @ all_ @ w["output/output/kernel:0"]
            logits += w["output/output/bias:0"]
            logits -= logits.max()
            total -= logits[vocabulary[text[k]]] - np.log(np.exp(logits).sum())
        return total / (len(text) - 1) / np.log(2)

    for reading in ({}, {"flat": False}, {"turned": False}, {"flat": False, "turned": False}):
        print(reading or "as read", f"{bits(**reading):.3f} bits a character")
    rng = np.random.default_rng(FILE_SEED + 4)
    x = rng.normal(scale=0.5, size=(STEPS, 100))
    save_expected(folder / "textgenrnn", x=x, h=layer(2, layer(1, x.astype("<f4").astype("f8"))))


PARTS = {"torch": torch_part, "keras": keras_part, "textgenrnn": textgenrnn_part}

if __name__ == "__main__":
    os.umask(0o022)
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    here = pathlib.Path(__file__).resolve().parent.parent
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else here / "unit" / "data" / "import"
    (target / "refused").mkdir(parents=True, exist_ok=True)
    PARTS[sys.argv[1]](target)
