#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# report.sh OUT SECONDS: the proofs of OUT/*.json, in the order of proofs.txt, as a part of the verification's
# document (gen/report/verification_report.h), on standard output.  Called by run.sh.
set -u
out=$1 seconds=$2
# the file names end in the line of proofs.txt
files=$(for file in "$out"/*.json; do
    line=${file##*-}
    echo "${line%.json} $file"
done | sort -n | cut -d ' ' -f 2)

# count MODE: passed proofs of this mode
count() {
    # shellcheck disable=SC2086 # names without blanks
    cat $files | grep "\"mode\": \"$1\"" | grep -c '"result": "passed"'
}

# shellcheck disable=SC2086 # names without blanks
all=$(cat $files | wc -l)
unbounded=$(count induct) bounded=$(count bmc) covered=$(count cover)
cat <<END
{"part": "formal", "title": "Formal proofs", "command": "make formal", "date": "$(date -u +%Y-%m-%d)", "seconds": $seconds,
 "tools": {"Yosys": "$(yosys -V | cut -d ' ' -f 2)", "z3": "$(z3 --version | cut -d ' ' -f 3)"},
 "figures": {"proofs": $all, "unbounded (induction)": $unbounded, "bounded": $bounded, "cover": $covered,
  "not proven": $((all - unbounded - bounded - covered))},
 "tables": [{"title": "A property file is a wrapper around one module of \`rtl_templates\` (arith, count, func, tree: several); parameters that are not named are the file's.",
  "columns": ["property file", "parameters", "mode", "depth", "solver", "seconds", "result"], "rows": [
END
# shellcheck disable=SC2086 # names without blanks
sed 's/^{"property": \(".*"\), "files": ".*", "parameters": \(".*"\), "mode": \(".*"\), "depth": \(.*\), "solver": \(".*"\), "seconds": \(.*\), "result": \(".*"\)}$/  [\1, \2, \3, \4, \5, \6, \7]/' $files |
    sed '$!s/$/,/'
cat <<END
 ]}],
 "not_verified": [
  "The data path from the lanes to the closed row (brds_lane, brds_row, brds_post, brds_elem; brds_tree and brds_acc have one) and the core as a whole have no proof: they are compared with the C model in simulation.",
  "Each proof holds for the parameters in its row, not for all.",
  "The controller keeps whatever gaps it is given; that the packer's gaps suffice is tested on every pair of phases (test_schedule.c, test_cycles.c), not proven."]}
END
