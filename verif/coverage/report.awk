# SPDX-License-Identifier: Apache-2.0
#
# Merges the points of all cores (points.awk) by module, applies the exclusions, prints the table, and writes
# OUT/uncovered.txt, OUT/annotated/MODULE.v, OUT/coverage.info and the JSON of the verification.  Exit status
# 1 if a module or the whole is below the limits, or if an exclusion meets no uncovered point.
#
# Variables: out, source (folder of MODULE.v), json, exclusions, cores, seconds, version, date.
BEGIN {
    FS = "\t"
    limit["line"] = 98
    limit["toggle"] = 92
    enough["line"] = enough["branch"] = 1
    enough["toggle"] = 2
    kinds = split("line branch toggle", kind_of, " ")
    read_exclusions()
}

function read_exclusions(   line, field) {
    while ((getline line <exclusions) > 0) {
        if (line ~ /^#/ || line !~ /[^ ]/) continue
        split(line, field, /[ \t]+/)
        rules++
        rule_module[rules] = field[1]
        rule_kind[rules] = field[2]
        rule_pattern[rules] = field[3]
        match(line, /^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]*/)
        rule_reason[rules] = substr(line, RLENGTH + 1)
        read_bits(rules)
    }
    close(exclusions)
}

# SIGNAL, SIGNAL[BIT], SIGNAL[FIRST-LAST] or SIGNAL[FIRST-LAST%MODULUS]: the last is a field of every word
function read_bits(r,   bits, part) {
    rule_name[r] = rule_pattern[r]
    rule_modulus[r] = 0
    if (!match(rule_pattern[r], /\[[0-9]+(-[0-9]+)?(%[0-9]+)?\]$/)) return
    bits = substr(rule_pattern[r], RSTART + 1, RLENGTH - 2)
    rule_name[r] = substr(rule_pattern[r], 1, RSTART - 1)
    if (split(bits, part, "%") == 2) rule_modulus[r] = part[2] + 0
    bits = part[1]
    split(bits "-" bits, part, "-")
    rule_first[r] = part[1] + 0
    rule_last[r] = part[2] + 0
}

# Whether a bit of a signal, "name" or "name[bit]", is one of the rule's.
function is_bit(r, object,   name, bit) {
    name = object
    if (match(object, /\[[0-9]+\]$/)) {
        name = substr(object, 1, RSTART - 1)
        bit = substr(object, RSTART + 1, RLENGTH - 2) + 0
    }
    if (name !~ ("^(" rule_name[r] ")$")) return 0
    if (!(r in rule_first)) return 1
    if (rule_modulus[r]) bit %= rule_modulus[r]
    return name != object && bit >= rule_first[r] && bit <= rule_last[r]
}

# The source of a module: its text by place (a number, or text and which one of that text), its functions.
function read_source(module,   line, number, trimmed, place, seen, name) {
    have_source[module] = 1
    while ((getline line <(source module ".v")) > 0) {
        number++
        trimmed = line
        gsub(/^[ \t]+|[ \t]+$/, "", trimmed)
        place = number
        if (module == "top" || module == "regs") {
            place = trimmed
            gsub(/[\t:;,]/, " ", place)
            seen[place]++
            place = place "#" seen[place]
        }
        number_of[module, place] = number
        text_of[module, place] = trimmed
        full[module, number] = line
        if (trimmed ~ /^function /) {
            name = trimmed
            sub(/ *[(;].*/, "", name)
            sub(/.* /, "", name)
        }
        function_of[module, place] = name
        if (trimmed ~ /^endfunction/) name = ""
    }
    last_line[module] = number
    close(source module ".v")
}

function note(module, kind, point, place, count,   key) {
    key = module SUBSEP kind SUBSEP point
    if (!(key in most)) {
        most[key] = count
        place_of[key] = place
    } else if (most[key] < count) most[key] = count
}

{
    if (!($1 in have_source)) read_source($1)
    n = split($4, places, ",")
    if ($2 == "toggle") note($1, "toggle", $3, $4, $5 + 0)
    else {
        split($3, part, ":")
        note($1, "branch", $3, part[1], $5 + 0)
        for (i = 1; i <= n; i++) note($1, "line", places[i], places[i], $5 + 0)
    }
}

# The rule that takes an uncovered point out, or 0.
function rule_for(module, kind, point, place,   r) {
    for (r = 1; r <= rules; r++) {
        if (rule_module[r] != "*" && module !~ ("^(" rule_module[r] ")$")) continue
        if (rule_kind[r] == "function") {
            if (function_of[module, place] == rule_pattern[r]) return r
        } else if (rule_kind[r] == "line") {
            if (kind != "toggle" && index(text_of[module, place], rule_pattern[r])) return r
        } else if (kind == "toggle" && is_bit(r, point)) return r
    }
    return 0
}

function percent(module, kind,   all) {
    all = points[module, kind] - excluded[module, kind]
    return all > 0 ? 100 * covered[module, kind] / all : 100
}

# The figures of a module, or of the total, as a row of the table.
function row(module,   k, kind, result) {
    result = "\"" module "\""
    for (k = 1; k <= kinds; k++) {
        kind = kind_of[k]
        result = result sprintf(", %d, %d, %d, %.1f", points[module, kind], excluded[module, kind],
            covered[module, kind], percent(module, kind))
        if (kind in limit && percent(module, kind) < limit[kind]) bad = bad " " module ":" kind
    }
    return result
}

function print_row(module,   k, kind) {
    printf "%-18s", module
    for (k = 1; k <= kinds; k++) {
        kind = kind_of[k]
        printf " %6d %5d %6.1f", points[module, kind] - excluded[module, kind], excluded[module, kind],
            percent(module, kind)
    }
    print ""
}

function escaped(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return text
}

function sorted_modules(   module, i, k, swap) {
    for (module in have_source) name_of[++modules] = module
    for (i = 2; i <= modules; i++)
        for (k = i; k > 1 && name_of[k - 1] > name_of[k]; k--) {
            swap = name_of[k]
            name_of[k] = name_of[k - 1]
            name_of[k - 1] = swap
        }
}

function judge(   key, part, r, number) {
    for (key in most) {
        split(key, part, SUBSEP)
        points[part[1], part[2]]++
        points["total", part[2]]++
        number = number_of[part[1], place_of[key]]
        if (most[key] >= enough[part[2]]) {
            covered[part[1], part[2]]++
            covered["total", part[2]]++
        } else if ((r = rule_for(part[1], part[2], part[3], place_of[key]))) {
            hits[r]++
            excluded[part[1], part[2]]++
            excluded["total", part[2]]++
            skipped[part[1], number] = 1
        } else {
            print part[1] "\t" part[2] "\t" part[3] "\t" most[key] "\t" text_of[part[1], place_of[key]] >(out "/uncovered.txt")
            missing[part[1], number] = 1
            if (part[2] == "toggle") bits[part[1], number] = bits[part[1], number] " " part[3]
        }
        if (part[2] == "line") count_of[part[1], number] = most[key]
    }
}

# A line: its count, `%` where a point of it is uncovered, `-` where points are excluded; then the bits that
# did not change both ways.
function annotate(module,   file, i, mark) {
    file = out "/annotated/" module ".v"
    for (i = 1; i <= last_line[module]; i++) {
        mark = (module, i) in missing ? "%" : (module, i) in skipped ? "-" : " "
        printf "%s%9s  %s\n", mark, (module, i) in count_of ? count_of[module, i] : "", full[module, i] >file
        if ((module, i) in bits) print "            // never both ways:" bits[module, i] >file
    }
    close(file)
}

function write_info(   file, m, i, key, part) {
    file = out "/coverage.info"
    for (m = 1; m <= modules; m++) {
        print "TN:brdsgen\nSF:" source name_of[m] ".v" >file
        for (i = 1; i <= last_line[name_of[m]]; i++)
            if ((name_of[m], i) in count_of) print "DA:" i "," count_of[name_of[m], i] >file
        for (key in most) {
            split(key, part, SUBSEP)
            if (part[1] != name_of[m] || part[2] != "branch" || !((part[1], place_of[key]) in number_of)) continue
            print "BRDA:" number_of[part[1], place_of[key]] ",0," ++branches[m] "," most[key] >file
        }
        print "end_of_record" >file
    }
    close(file)
}

function write_json(   m, r) {
    printf "{\"part\": \"coverage_rtl\", \"title\": \"Coverage of the Verilog\", \"command\": \"make coverage\", \"date\": \"%s\", \"seconds\": %d,\n", date, seconds >json
    printf " \"tools\": {\"Verilator\": \"%s\"},\n \"figures\": {\"cores\": %d, \"modules\": %d", version, cores, modules >json
    for (r = 1; r <= kinds; r++)
        printf ",\n  \"%s coverage, %%\": %.1f, \"%s points\": %d, \"%s points excluded\": %d", kind_of[r],
            percent("total", kind_of[r]), kind_of[r], points["total", kind_of[r]], kind_of[r], excluded["total", kind_of[r]] >json
    printf "},\n \"tables\": [{\"title\": \"Each module once over all cores. Per cent of the points that are not excluded; a bit is covered if it changed both ways in one instance.\",\n" >json
    printf "  \"columns\": [\"module\"" >json
    for (r = 1; r <= kinds; r++)
        printf ", \"%s points\", \"excluded\", \"covered\", \"%%\"", kind_of[r] >json
    printf "], \"rows\": [\n" >json
    for (m = 1; m <= modules; m++) printf "   [%s],\n", row(name_of[m]) >json
    printf "   [%s]]}],\n \"not_verified\": [\n", row("total") >json
    for (r = 1; r <= rules; r++)
        printf "  \"Excluded in %s: %d points, %s %s: %s\",\n", rule_module[r], hits[r], rule_kind[r],
            escaped(rule_pattern[r]), escaped(rule_reason[r]) >json
    printf "  \"Signals of more than 256 bits have no toggle points (Verilator's default).\",\n" >json
    printf "  \"A bit of a signal counts once for all widths and instances that have it; combinations of values are not measured.\"]}\n" >json
}

END {
    printf "" >(out "/uncovered.txt")
    judge()
    sorted_modules()
    print "points that count, excluded, per cent covered"
    printf "%-18s %6s %5s %6s %6s %5s %6s %6s %5s %6s\n", "module", "lines", "excl", "%", "branch", "excl", "%", "toggle", "excl", "%"
    for (m = 1; m <= modules; m++) {
        print_row(name_of[m])
        annotate(name_of[m])
    }
    print_row("total")
    print "\nexclusions"
    for (r = 1; r <= rules; r++) {
        printf "%6d %s %s %s: %s\n", hits[r], rule_module[r], rule_kind[r], rule_pattern[r], rule_reason[r]
        if (!hits[r]) bad = bad " exclusion:" rule_module[r] ":" rule_pattern[r]
    }
    write_info()
    write_json()
    if (bad != "") print "\nbelow the limits, or of no use:" bad
    exit bad != ""
}
