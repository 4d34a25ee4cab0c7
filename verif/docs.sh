#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# docs.sh [FILE...]: runs the commands of the documentation as a reader types
# them.  A block of README.md or docs/*.md is run if its fence says so:
#
#   ```sh run                       is run
#   ```sh run needs=iverilog,yosys  is run where these tools are, else skipped
#   ```sh                           is only shown
#
# All blocks run in the documented order (README.md, then docs/README.md's
# table) in one temporary folder that looks like the top of the source tree
# after `./configure && make`, with brdsgen on the PATH.  A block is a shell of its
# own, which starts in the folder that the page's block before it ended in, and
# passes if none of its commands fails.  After a failed or skipped block the rest
# of its page runs all the same.
#
# Ends with "N passed, N failed, N skipped"; a line "docs P F S" goes to $COUNTS
# if that is set (verif/check.sh).  Environment: BRDSGEN (default: brdsgen of the
# current folder), SRCDIR, BUILDDIR, DOCS_LIMIT (seconds a block, default 120).
set -u
LC_ALL=C
export LC_ALL

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$here")}
BRDSGEN=${BRDSGEN:-$(pwd)/brdsgen}
top=$(CDPATH= cd -- "$(dirname -- "$BRDSGEN")" && pwd) || exit 3
BRDSGEN=$top/brdsgen
BUILDDIR=${BUILDDIR:-$top/build}
limit=${DOCS_LIMIT:-120}
if [ ! -x "$BRDSGEN" ]; then
    echo "docs: there is no program $BRDSGEN" >&2
    exit 3
fi

work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/tree" "$work/blocks" || exit 3

# The tree: links to the source, a Makefile and what it has built.  Objects are
# copied with their times, so that make finds nothing to do.
make_tree() {
    for entry in "$SRCDIR"/*; do
        case ${entry##*/} in
        build | Makefile | brdsgen) ;;
        *) ln -s "$entry" "$work/tree/" || return 1 ;;
        esac
    done
    ln -s "$BRDSGEN" "$work/tree/brdsgen" || return 1
    [ ! -e "$top/Makefile" ] || cp -p "$top/Makefile" "$work/tree/"
    mkdir "$work/tree/build" || return 1
    for part in obj libbrds.a; do
        [ ! -e "$BUILDDIR/$part" ] || cp -Rp "$BUILDDIR/$part" "$work/tree/build/"
    done
}

# Files in the order in which docs/README.md names them, then those it does not.
pages() {
    [ ! -e "$SRCDIR/README.md" ] || echo README.md
    {
        sed -n 's/^| \[\([a-z0-9-]*\.md\)\].*/\1/p' "$SRCDIR/docs/README.md" 2>/dev/null
        (cd "$SRCDIR/docs" && ls ./*.md) 2>/dev/null | sed 's|^\./||'
    } | awk '!seen[$0]++ { print "docs/" $0 }'
}

# Writes the marked blocks of a page to blocks/N, "LINE NEEDS" to blocks/N.at.
extract() { # PAGE
    rm -f "$work/blocks"/*
    awk -v folder="$work/blocks" '
        file != "" && /^[ \t]*```[ \t]*$/ { close(file); file = ""; next }
        file != "" { print > file; next }
        other && /^[ \t]*```[ \t]*$/ { other = 0; next }
        !other && /^[ \t]*```/ {
            if ($1 != "```sh" || $2 != "run") { other = 1; next }
            needs = $3; sub(/^needs=/, "", needs); gsub(/,/, " ", needs)
            file = sprintf("%s/%03d", folder, ++n)
            printf "%d %s\n", NR + 1, needs > (file ".at"); close(file ".at")
            printf "" > file
        }' "$SRCDIR/$1"
}

missing_tool() { # TOOL...: names the first that is not there
    for tool; do
        command -v "$tool" >/dev/null 2>&1 || { echo "$tool"; return 0; }
    done
    return 1
}

# Runs a block in the folder that the one before ended in.
run_block() { # BLOCK
    {
        echo 'set -eu'
        cat "$1"
        printf '\npwd >"%s"\n' "$work/folder.new"
    } >"$work/script"
    (cd "$(cat "$work/folder")" && PATH=$work/tree:$PATH exec timeout -k 5 "$limit" sh "$work/script") \
        >"$work/log" 2>&1 </dev/null
    status=$?
    [ $status != 0 ] || mv "$work/folder.new" "$work/folder"
    return $status
}

passed=0 failed=0 skipped=0
run_page() { # PAGE
    extract "$1"
    echo "$work/tree" >"$work/folder"
    for block in "$work/blocks"/???; do
        [ -e "$block" ] || continue
        read -r line needs <"$block.at"
        # shellcheck disable=SC2086 # one word a tool
        if tool=$(missing_tool $needs); then
            skipped=$((skipped + 1))
            echo "$1:$line: skipped, $tool is missing"
        elif run_block "$block"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$1:$line: FAILED (exit status $status)"
            sed 's/^/    $ /' "$block"
            tail -n 20 "$work/log" | sed 's/^/    /'
        fi
    done
}

make_tree || exit 3
unset BRDSGEN_DATA
for page in ${*:-$(pages)}; do
    if [ -e "$SRCDIR/$page" ]; then
        run_page "$page"
    else
        failed=$((failed + 1))
        echo "$page: FAILED (there is no such file in $SRCDIR)"
    fi
done
[ -z "${COUNTS-}" ] || echo "docs $passed $failed $skipped" >>"$COUNTS"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
