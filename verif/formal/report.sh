#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# report.sh OUT: a table of the proofs of OUT/*.json in the order of proofs.txt, on standard output.
# Called by run.sh.
set -u
echo "| property file | parameters | mode | depth | seconds | result |"
echo "|---|---|---|---|---|---|"
# the file names end in the line of proofs.txt
for file in "$1"/*.json; do
    line=${file##*-}
    echo "${line%.json} $file"
done | sort -n | while read -r _ file; do
    sed 's/^{"property": "\(.*\)", "files": ".*", "parameters": "\(.*\)", "mode": "\(.*\)", "depth": \(.*\), "solver": ".*", "seconds": \(.*\), "result": "\(.*\)"}$/| \1 | \2 | \3 | \4 | \5 | \6 |/' "$file"
done
