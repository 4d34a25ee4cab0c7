# SPDX-License-Identifier: Apache-2.0
#
# Verilator's coverage files of one core: to standard output one line a point,
#
#   MODULE <tab> toggle|branch <tab> POINT <tab> LINES <tab> COUNT
#
# POINT: a signal's bit, or LINE:COLUMN:BLOCK.  LINES: those that the point covers, with commas; for a bit, the
# line of the declaration.  COUNT: how often; for a bit 2 if an instance surely changed it at least twice, so
# both ways: the instances of a module have one counter, which must be above their number.  In rendered files,
# which differ from core to core, a line is its text (without the core's name) and which one with that text
# it is.
#
# Verilator 5.006 gives all constant signals one counter, and it may count on.  Such counts are found by
# the wires `unused...`, which are constant in every module, and by being above the clock's; they count as 0.
#
# Variables: design, the core's name; rtl, the folder of its sources.
BEGIN { FS = "\001" }

# The lines of a rendered file as text[FILE, number].
function read_rendered(file,   line, number, n, seen) {
    read[file] = 1
    while ((getline line <(rtl file)) > 0) {
        gsub(design, "NAME", line)
        gsub(/^[ \t]+|[ \t]+$/, "", line)
        gsub(/[\t:;,]/, " ", line)
        n = ++seen[line]
        text[file, ++number] = line "#" n
    }
    close(rtl file)
}

function place(file, number) {
    return file in read ? text[file, number] : number
}

# "86,88-90" as a list of places
function places(file, list,   part, ends, n, i, k, result) {
    n = split(list, part, ",")
    for (i = 1; i <= n; i++) {
        if (split(part[i], ends, "-") == 1) ends[2] = ends[1]
        for (k = ends[1] + 0; k <= ends[2] + 0; k++) result = result (result == "" ? "" : ",") place(file, k)
    }
    return result
}

FNR == 1 { flush_file() }

/^C / {
    file = line = column = page = object = list = ""
    for (i = 2; i <= NF; i++) {
        split($i, pair, "\002")
        if (pair[1] == "f") file = pair[2]
        else if (pair[1] == "l") line = pair[2]
        else if (pair[1] == "n") column = pair[2]
        else if (pair[1] == "page") page = pair[2]
        else if (pair[1] == "o") object = pair[2]
        else if (pair[1] == "S") list = pair[2]
    }
    count = $NF
    sub(/^.*' /, "", count)
    sub(/' [0-9]+$/, "", object)
    sub(/' [0-9]+$/, "", list)
    module = file
    sub(/\.v$/, "", module)
    if (module == design || module == design "_regs") {
        if (!(file in read)) read_rendered(file)
        module = module == design ? "top" : "regs"
    }
    if (page ~ /^v_toggle/) {
        if (object ~ /^unused/ && count > 0) constant[count] = 1
        if (object == "clk" && (!clock || count + 0 < clock) && count > 0) clock = count + 0
        key = module "\ttoggle\t" object "\t" place(file, line)
        is_toggle[page, key] = 1
    } else key = module "\tbranch\t" place(file, line) ":" column ":" object "\t" places(file, list)
    # instances of a module, with the parameters that PAGE stands for
    kind = page SUBSEP key
    kind_of[++n] = kind
    counts[n] = count
    key_of[kind] = key
}

# A file's points, once all of it is read.
function flush_file(   i, kind, c, key, instances, sum) {
    for (i = 1; i <= n; i++) {
        instances[kind_of[i]]++
        sum[kind_of[i]] += (kind_of[i] in is_toggle) && (counts[i] in constant) ? 0 : counts[i]
    }
    for (kind in sum) {
        c = sum[kind]
        key = key_of[kind]
        if (kind in is_toggle) {
            if (c > clock * instances[kind]) c = 0
            c = c > instances[kind] ? 2 : c > 0
        }
        if (!(key in most) || most[key] < c) most[key] = c
    }
    n = clock = 0
    split("", is_toggle)
    split("", constant)
}

END {
    flush_file()
    for (key in most) print key "\t" most[key]
}
