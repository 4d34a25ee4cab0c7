#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The documentation, as a suite of verif/check.sh: its commands run, and the pages that the program prints
# are what it prints.
set -u
status=0
sh "$SRCDIR/verif/docs.sh" || status=1

passed=0 failed=0
# page FILE COMMAND...
page() {
    file=$1
    shift
    if "$@" | cmp -s - "$SRCDIR/docs/$file"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "docs: $file is not what '$*' prints"
    fi
}
page verification.md "$BRDSGEN" report verification "$SRCDIR/docs/verification.json"
page comparison.md "$BRDSGEN" report comparison "$SRCDIR/docs/comparison.json"
page spec.md "$BRDSGEN" schema --markdown
page registers.md "$BRDSGEN" docs registers
# the tables of results.md are its end
sed -n '/^## [a-z]*: /,$p' "$SRCDIR/docs/results.md" >"$BUILDDIR/check/results.md"
if "$BRDSGEN" report workloads "$SRCDIR/docs/results.json" | cmp -s - "$BUILDDIR/check/results.md"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "docs: the tables of results.md are not those of results.json"
fi
echo "docs/pages $passed $failed 0" >>"$COUNTS"
[ $failed = 0 ] || status=1
exit $status
