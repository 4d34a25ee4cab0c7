# SPDX-License-Identifier: Apache-2.0
#
# Read after Makefile: the program and its unit tests, not run.
.PHONY: check-programs
check-programs: brdsgen $(unit_programs) build/check/test_train_double
