# SPDX-License-Identifier: Apache-2.0
#
# Read after Makefile, in a folder where configure ran:
#
#   make -f Makefile -f .../verif/fuzz/fuzz.mk replays    any compiler: a program that replays files
#   make -f Makefile -f .../verif/fuzz/fuzz.mk fuzzers    clang with -fsanitize=fuzzer-no-link

fuzz_names = $(patsubst $(srcdir)/verif/fuzz/%.c,%,$(wildcard $(srcdir)/verif/fuzz/fuzz_*.c))
.PHONY: replays fuzzers
.SECONDARY:
replays: $(addprefix build/check/fuzz/,$(fuzz_names))
fuzzers: $(addprefix build/fuzz/,$(fuzz_names))

build/check/fuzz/%.o build/fuzz/%.o: $(srcdir)/verif/fuzz/%.c Makefile
	@mkdir -p $(@D)
	$(compile) -MMD -MP -c -o $@ $<

build/check/fuzz/fuzz_%: build/check/fuzz/fuzz_%.o build/check/fuzz/common.o build/check/fuzz/replay.o build/libbrds.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libraries)

build/fuzz/fuzz_%: build/fuzz/fuzz_%.o build/fuzz/common.o build/libbrds.a
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(libraries)

-include $(wildcard build/check/fuzz/*.d build/fuzz/*.d)
