#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The main job on the network that ships with the project: generate the core of
# examples/digits, pack its network, simulate the shipped utterances on the RTL
# in both simulators, and report accuracy, cycles and area.
set -eu
e=$SRCDIR/examples/digits
echo "== plan"
"$BRDSGEN" plan "$e/spec.json" --model "$e/model.safetensors"
echo
echo "== generate and pack"
"$BRDSGEN" gen "$e/spec.json" --model "$e/model.safetensors" -o "$BUILDDIR/demo/digits"
echo
echo "== simulate: every output word against the C model"
sh "$SRCDIR/verif/regress.sh" quick digits digits_icarus
echo
echo "== area"
sh "$SRCDIR/synth/run.sh" "$e/spec.json" xcup
