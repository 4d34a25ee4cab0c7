#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The commands of the documentation, as a suite of verif/check.sh.
exec sh "$SRCDIR/verif/docs.sh"
