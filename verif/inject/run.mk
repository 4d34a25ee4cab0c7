# SPDX-License-Identifier: Apache-2.0
#
# Read after Makefile, in a folder where configure ran: the program with failing calls,
# build/check/brdsgen-inject.

wrapped = malloc calloc realloc strdup realpath open_memstream \
	open openat fopen fdopen popen mkstemp mkdir opendir fdopendir scandir pipe fork \
	fclose fflush rename
comma = ,

build/check/inject.o: $(srcdir)/verif/inject/inject.c Makefile
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

build/check/brdsgen-inject: $(main_object) build/check/inject.o build/libbrds.a $(srcdir)/verif/inject/run.mk
	$(CC) $(CFLAGS) $(LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(wrapped)) -o $@ \
		$(main_object) build/check/inject.o build/libbrds.a $(libraries)
