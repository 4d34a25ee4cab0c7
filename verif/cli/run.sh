#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [--update-golden] [CASE...]: runs the program as a user does and
# compares what it prints with the files of a case folder:
#
#   verif/cli/CASE/            cmd (a shell script), stdout, stderr, exit
#   verif/specs/invalid/CASE/  spec.json, stderr, exit; cmd is "brdsgen check
#                              spec.json" unless there is one
#   verif/specs/valid/CASE/    spec.json: "brdsgen check" must accept it;
#                              stderr is compared if there is one
#   examples/NAME/             as verif/specs/valid
#
# A missing stdout or stderr is an empty one, a missing exit is 0.  `needs`, a
# list of tools, skips the case where one is missing ("hdf5": where the program is
# built without it).  The script runs in a copy of its folder, with brdsgen on the
# PATH and $SRCDIR set, and must leave no new file behind; the source tree's path
# in what it prints becomes @SRCDIR@.
#
# CASE: "cli/help", "specs/invalid/bad_name" ...; all without one.  Environment:
# BRDSGEN (default: brdsgen of the current folder), SRCDIR, BUILDDIR, COUNTS.
set -u
LC_ALL=C
export LC_ALL

limit=${CLI_SECONDS:-10} # seconds a case

update=no
if [ "${1-}" = --update-golden ]; then
    update=yes
    shift
fi
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$(dirname "$here")")}
BRDSGEN=${BRDSGEN:-$(pwd)/brdsgen}
work=${BUILDDIR:-$(pwd)/build}/check/cli
PATH=$(dirname "$BRDSGEN"):$PATH
export SRCDIR PATH
unset BRDSGEN_DATA
if [ ! -x "$BRDSGEN" ]; then
    echo "cli: there is no program $BRDSGEN"
    exit 3
fi
rm -rf "$work"
mkdir -p "$work/got" || exit 3

listing() {
    (cd "$work/case" && find . | sort)
}

# Runs the case, leaving stdout, stderr and exit in $work/got.
run_case() { # FOLDER
    rm -rf "$work/case" "$work/got"
    mkdir -p "$work/got"
    cp -R "$1" "$work/case"
    listing >"$work/before"
    script=$work/case/cmd
    if [ ! -e "$script" ]; then
        script=$work/default
        echo 'brdsgen check spec.json' >"$script"
    fi
    (cd "$work/case" && exec timeout -k 2 $limit sh "$script") \
        >"$work/stdout" 2>"$work/stderr" </dev/null
    echo $? >"$work/got/exit"
    for stream in stdout stderr; do
        sed "s|$SRCDIR|@SRCDIR@|g" "$work/$stream" >"$work/got/$stream"
    done
    listing >"$work/after"
}

# differs FOLDER FILE: what the run gave against the case's file, told if different.
differs() {
    expected=$1/$2
    if [ ! -e "$expected" ]; then
        expected=$work/none
        if [ "$2" = exit ]; then echo 0; fi >"$expected"
    fi
    diff -u "$expected" "$work/got/$2" >"$work/diff" && return 1
    sed -e '1,2d' -e "s/^/    $2: /" "$work/diff" >>"$work/told"
}

update_case() { # FOLDER
    for file in stdout stderr exit; do
        rm -f "$1/$file"
        [ ! -s "$work/got/$file" ] || cp "$work/got/$file" "$1/$file"
    done
}

missing_tool() { # FOLDER: names the first one
    [ -e "$1/needs" ] || return 1
    for tool in $(cat "$1/needs"); do
        [ "$tool" != hdf5 ] || ! grep -q H5Fopen "$BRDSGEN" || continue
        command -v "$tool" >/dev/null 2>&1 || { echo "$tool"; return 0; }
    done
    return 1
}

# check_case KIND NAME FOLDER
check_case() {
    if tool=$(missing_tool "$3"); then
        skipped=$((skipped + 1))
        echo "$2: skipped, $tool is missing"
        return
    fi
    run_case "$3"
    : >"$work/told"
    if ! cmp -s "$work/before" "$work/after"; then
        diff "$work/before" "$work/after" | sed -n 's/^> /    left behind: /p' >>"$work/told"
    fi
    if [ "$1" = valid ]; then
        differs "$3/none" exit
        [ ! -e "$3/stderr" ] || differs "$3" stderr
        [ ! -s "$work/told" ] || sed 's/^/    stderr: /' "$work/got/stderr" >>"$work/told"
    elif [ $update = yes ]; then
        update_case "$3"
    else
        for file in exit stdout stderr; do differs "$3" $file; done
    fi
    if [ -s "$work/told" ]; then
        failed=$((failed + 1))
        echo "$2: FAILED"
        head -n 40 "$work/told"
    else
        passed=$((passed + 1))
    fi
}

# check_group KIND GROUP FILE [CASE...]: the folders of $SRCDIR/GROUP that hold FILE.
check_group() {
    kind=$1 group=$2 mark=$3
    shift 3
    passed=0 failed=0 skipped=0
    for folder in "$SRCDIR/$group"/*/; do
        folder=${folder%/}
        name=${group#verif/}/$(basename "$folder")
        [ -e "$folder/$mark" ] || continue
        case " $* " in
        '  ' | *" $name "*) check_case "$kind" "$name" "$folder" ;;
        esac
    done
    echo "${group#verif/}: $passed passed, $failed failed, $skipped skipped"
    [ -z "${COUNTS-}" ] || echo "$group $passed $failed $skipped" >>"$COUNTS"
    [ $failed = 0 ] || bad=1
}

bad=0
check_group golden verif/cli cmd "$@"
check_group golden verif/specs/invalid spec.json "$@"
check_group valid verif/specs/valid spec.json "$@"
check_group valid examples spec.json "$@"
exit $bad
