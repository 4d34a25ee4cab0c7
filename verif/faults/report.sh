#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# report.sh LIST PART SECONDS FAILED NAME...: the results named in the file LIST, of the cores NAME, as figures on
# standard output and as PART, a part of the verification's document. Exit status 1 if something never happened
# (report.awk); nothing is written without any result.
set -u
list=$1 part=$2 seconds=$3 failed=$4
shift 4
[ -s "$list" ] || exit 1
# shellcheck disable=SC2046 # paths without blanks
awk -v part="$part" -v seconds="$seconds" -v failed="$failed" -v names="$*" -v date="$(date -u +%Y-%m-%d)" \
    -v verilator="$(verilator --version | cut -d ' ' -f 2)" -f "${0%/*}/report.awk" $(cat "$list")
