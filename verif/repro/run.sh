#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The tarball of `make dist`, built twice: in two folders, in two locales and time zones, with gcc and with
# clang where both are there, out of the tree and from a source that cannot be written to.
#
#   dist       two tarballs are the same, byte for byte, and hold every file of the repository
#   outputs    both programs write the same bytes: everything that `gen`, `pack`, `vectors`, `plan`, `schema`
#              and `man` make of every spec of the tree, and a network that is trained and pruned
#   install    installed, the program works without its source; a staged installation has the same
#              files; `make uninstall` leaves none
#
#   run.sh [--check]    --check: the unpacked source also passes `make check-c` (make distcheck)
#
# Counts go to $COUNTS (see verif/check.sh).  Environment: SRCDIR, BUILDDIR, MAKE.
set -u
LC_ALL=C
export LC_ALL
MAKE=${MAKE:-make}
unset MAKEFLAGS MAKELEVEL BRDSGEN_DATA
work=$BUILDDIR/check/repro
passed=0 failed=0 skipped=0
chmod -R u+w "$work" 2>/dev/null
rm -rf "$work"
mkdir -p "$work" || exit 3
cd "$work" || exit 3

pass() {
    passed=$((passed + 1))
}

# fail WHAT [LOG]
fail() {
    failed=$((failed + 1))
    echo "repro: FAILED: $1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2" | tail -n 10
}

# judge WHAT LOG: by the exit status of the command before
judge() {
    if [ $? = 0 ]; then pass; else
        fail "$1" "$2"
        return 1
    fi
}

finish() {
    [ -z "${COUNTS:-}" ] || echo "repro $passed $failed $skipped" >>"$COUNTS"
    echo "repro: $passed passed, $failed failed, $skipped skipped"
    chmod -R u+w "$work"
    [ $failed = 0 ] && rm -rf "$work"
    [ $failed = 0 ]
    exit
}

# ---- the tarball ----

# dist FOLDER UMASK: the tarball, of the source as that folder's configure sees it
dist() {
    mkdir "$1" && (cd "$1" && umask "$2" && "$SRCDIR/configure" && "$MAKE" dist) >"$1.log" 2>&1 ||
        { fail "make dist" "$1.log" && finish; }
}

check_dist() {
    dist one 022
    dist two 077
    tarball=$(cd one && ls brdsgen-*.tar.gz)
    cmp "one/$tarball" "two/$tarball" >log 2>&1
    judge "two tarballs differ" log
    gzip -dc "one/$tarball" | tar -t | sed 's,^[^/]*/,,; /\/$/d; /^$/d' | sort >files
    if git -C "$SRCDIR" ls-files >tracked 2>/dev/null; then
        # what was removed and not yet committed is no file of the source
        while read -r file; do [ ! -e "$SRCDIR/$file" ] || echo "$file"; done <tracked | sort | comm -23 - files >missing
        [ ! -s missing ]
        judge "files of the repository that the tarball lacks" missing
    else
        skipped=$((skipped + 1))
    fi
}

# ---- two programs ----

# build FOLDER COMPILER: unpacks, makes the source read-only, builds out of it
build() {
    mkdir -p "$1/source" "$1/build" &&
        gzip -dc "one/$tarball" | tar -x -C "$1/source" --strip-components=1 &&
        chmod -R a-w "$1/source" &&
        (cd "$1/build" && ../source/configure CC="$2" CFLAGS=-O2 --prefix="$work/$1/installed" && "$MAKE") >"$1.log" 2>&1
    judge "a build with $2" "$1.log"
}

# outputs FOLDER LOCALE ZONE: all that this program makes, in FOLDER/out
outputs() {
    (
        LC_ALL=$2 TZ=$3
        export LC_ALL TZ
        program=$work/$1/build/brdsgen source=$work/$1/source
        mkdir "$1/out" && cd "$1/out" || exit 1
        "$program" schema >schema.json && "$program" man >man || exit 1
        for spec in "$source"/verif/specs/valid/*/spec.json "$source"/examples/*/s*.json; do
            case $spec in */ptb/* | */timit/*) continue ;; esac # minutes, and nothing that others have not
            name=$(echo "${spec#"$source"/}" | tr / _)
            "$program" gen "$spec" --random-model 3 -o "$name.core" &&
                "$program" pack "$spec" --random-model 3 -o "$name.pack" &&
                "$program" vectors "$spec" --random-model 3 --sequences 2 --steps 3 -o "$name.vectors" &&
                "$program" plan "$spec" --random-model 3 --json >"$name.plan" || exit 1
        done
        e=$source/examples/digits
        options="--data $e/workload.safetensors --valid $e/workload.safetensors --batch 10 --epochs 2 --threads 1"
        # shellcheck disable=SC2086 # options
        "$program" train "$e/spec.json" $options -o dense && "$program" prune "$e/spec.json" --model dense $options \
            --sparsity 0.9 --trials 2 --trial-epochs 1 -o sparse --write-spec sparse.json
    ) >"$1.log" 2>&1
    judge "the outputs of $1" "$1.log"
}

# Sums of floats may be ordered otherwise by another compiler, so the trained networks are compared only
# where the compilers are the same.
check_outputs() {
    build first gcc && build second "$other" && outputs first C UTC && outputs second "$locale" Asia/Kathmandu || return
    [ "$other" = gcc ] || rm -f first/out/dense first/out/sparse* second/out/dense second/out/sparse*
    # the paths of the source are the only difference that there may be
    grep -rl "$work" first/out second/out >log 2>&1
    [ ! -s log ]
    judge "outputs name the source's folder" log
    diff -r first/out second/out >log 2>&1
    judge "outputs differ" log
    [ "$(find first/out -type f | wc -l)" -gt 1000 ]
    judge "too few outputs to mean anything" /dev/null
}

# ---- installation ----

list() {
    (cd "$1" && find . -type f | sort)
}

check_install() {
    (cd first/build && "$MAKE" install && "$MAKE" install DESTDIR="$work/staged") >log 2>&1
    judge "make install" log || return
    list first/installed >log.installed
    list "staged$work/first/installed" | diff log.installed - >log 2>&1
    judge "a staged installation differs" log
    mv first/source first/away
    mkdir elsewhere
    (cd elsewhere && PATH=$work/first/installed/bin:/usr/bin:/bin &&
        brdsgen gen "$SRCDIR/examples/digits/spec.json" --random-model 3 -o core) >log 2>&1
    judge "the installed program" log
    diff -r elsewhere/core first/out/examples_digits_spec.json.core >log 2>&1
    judge "the installed program's core differs" log
    mv first/away first/source
    (cd first/build && "$MAKE" uninstall) >log 2>&1
    list first/installed >log.installed
    [ ! -s log.installed ]
    judge "make uninstall leaves files" log.installed
}

other=gcc
command -v clang >/dev/null 2>&1 && other=clang
locale=$(locale -a 2>/dev/null | grep -i -m 1 -e '^de_' -e '^fr_' || echo C.UTF-8)
check_dist
check_outputs
[ ! -d first/out ] || check_install
if [ "${1-}" = --check ]; then
    (cd second/build && "$MAKE" check-c) >log 2>&1
    judge "make check-c" log
fi
finish
