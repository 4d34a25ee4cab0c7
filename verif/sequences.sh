#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sequences.sh SPEC COUNT: how many sequences a core is simulated with: COUNT; with several streams one more for each,
# so that all are in use and some take a second.
streams=$(sed -n 's/.*"streams": *\([0-9]*\).*/\1/p' "$1")
echo $(($2 + ${streams:-0}))
