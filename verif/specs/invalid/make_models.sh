#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_models.sh [FOLDER]: writes the damaged models of the cases model_*, below
# FOLDER (default: where this script lies).  The models are kept beside their
# cases; this is how they were made, and how a new one is added.
#
# Their specs ask for one layer of 2 units on 3 inputs: weight_ih_l0 (8, 3) and
# weight_hh_l0 (8, 2), of which the offsets are 0..96 and 96..160.
set -eu
cd "${1:-$(dirname "$0")}"

# safetensors HEADER: its length in 8 bytes, and itself; the data follow.
safetensors() {
    length=${#1}
    # shellcheck disable=SC2059 # the format is the point
    printf "$(printf '\\%03o\\%03o\\0\\0\\0\\0\\0\\0' $((length % 256)) $((length / 256)))"
    printf '%s' "$1"
}
tensor() { # NAME SHAPE BEGIN END [DTYPE]
    printf '"%s":{"dtype":"%s","shape":[%s],"data_offsets":[%s,%s]}' \
        "$1" "${5:-F32}" "$2" "$3" "$4"
}
zeros() { head -c $((4 * $1)) /dev/zero; } # COUNT
one() { printf '\000\000\200\077'; }       # 1.0
into() {                                   # CASE: standard input is its model
    mkdir -p "model_$1"
    cat >"model_$1/model.safetensors"
}
w_ih=$(tensor lstm.weight_ih_l0 8,3 0 96)
w_hh=$(tensor lstm.weight_hh_l0 8,2 96 160)

{ safetensors "{$w_ih}"; zeros 24; } | into tensor_missing
{ safetensors "{$(tensor lstm.weight_ih_l0 8,2 0 64),$w_hh}"; zeros 40; } | into wrong_shape
{ safetensors "{$(tensor lstm.weight_ih_l0 3,8 0 96),$w_hh}"; zeros 40; } | into transposed
{ safetensors "{$(tensor lstm.weight_ih_l0 8,3 0 96 I32),$w_hh}"; zeros 40; } | into wrong_dtype
{ safetensors "{$(tensor lstm.weight_ih_l0 8,3 0 96 F8_E4M3),$w_hh}"; zeros 40; } |
    into unknown_dtype
{ safetensors "{$w_ih,$w_hh}"; zeros 39; } | into truncated
{ safetensors "{$w_ih,$(tensor lstm.weight_hh_l0 8,2 92 156)}"; zeros 40; } | into offsets_overlap
{ safetensors "{$w_ih,$(tensor lstm.weight_hh_l0 8,2 1000000000000 1000000000064)}"; zeros 40; } |
    into offset_outside
{ safetensors "{$w_ih,$(tensor lstm.weight_hh_l0 8,2 -64 0)}"; zeros 40; } | into offset_negative
{ printf '\0\0\0\0\0\0\0\020'; printf '{%s,%s}' "$w_ih" "$w_hh"; zeros 40; } | into header_huge
{ safetensors "{$w_ih,$w_ih}"; zeros 40; } | into name_twice
{ printf '\005\0\0\0\0\0\0\0{"\377"'; zeros 40; } | into header_not_utf8
# Row 4, column 2 of weight_ih; row 7, column 0 of weight_hh.
{ safetensors "{$w_ih,$w_hh}"; zeros 14; printf '\0\0\300\177'; zeros 25; } | into nan
{ safetensors "{$w_ih,$w_hh}"; zeros 38; printf '\0\0\200\377'; zeros 1; } | into infinity
# Row 5 of weight_hh has two nonzeros.
{ safetensors "{$w_ih,$w_hh}"; zeros 34; one; one; zeros 4; } | into unbalanced_row
{ safetensors "{$w_ih,$w_hh,$(tensor lstm.weight_ih_l0_reverse 8,3 160 256)}"; zeros 64; } |
    into bidirectional
{ safetensors "{$(tensor gru.weight_ih_l0 6,3 0 72),$(tensor gru.weight_hh_l0 6,2 72 120)}"
  zeros 30; } | into gru
{ safetensors "{$w_ih,$w_hh,$(tensor decoder.weight_ih_l0 8,3 160 256)}"; zeros 64; } |
    into two_lstms
{ safetensors "{$w_ih,$w_hh,$(tensor lstm.weight_ih_l1 8,2 160 224)}"; zeros 56; } |
    into extra_layer
for case in output_under_file output_full; do
    { safetensors "{$w_ih,$w_hh}"; zeros 40; } | into $case
done
