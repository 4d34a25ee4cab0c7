# SPDX-License-Identifier: Apache-2.0
#
# Sums the results of a campaign (faults_campaign.c says what the lines are), prints the figures and writes them
# to `part`. Exit status 1 if a kind of fault was never injected, an error bit never set, or an event never met
# some place. Set with -v: part, seconds, failed, names, date, verilator.
BEGIN {
    FS = "\t"
    bits = split("x_early_last x_late_last x_no_first x_no_weights x_range x_state w_magic w_version w_shape " \
        "w_length w_crc - - - - axil_address", bit, " ")
    places = split("idle gates projection head drain", place, " ")
}
$1 == "seconds" { spent += $2 }
$1 == "cycles" { cycles += $2 }
$1 == "kind" || $1 == "place" {
    if (!(($1, $2) in seen)) {
        seen[$1, $2] = 1
        name[$1, ++count[$1]] = $2
    }
    for (i = 3; i <= NF; i++)
        sum[$1, $2, i] += $i
}

function never(what) {
    missing++
    print "never: " what
}

# the error bits that came of a kind, in words
function led_to(who,    b, n, text) {
    for (b = 1; b <= bits; b++) {
        n = sum["kind", who, b + 3]
        total[b] += n
        if (n)
            text = text (text == "" ? "" : ", ") bit[b] " " n
    }
    return text == "" ? "none" : text
}

END {
    for (k = 1; k <= count["kind"]; k++) {
        who = name["kind", k]
        n = sum["kind", who, 3]
        injected += n
        if (!n)
            never(who)
        text = led_to(who)
        printf "%-36s %6d: %s\n", who, n, text
        kinds = kinds (k > 1 ? ",\n" : "") sprintf("   [\"%s\", %d, \"%s\"]", who, n, text)
    }
    for (b = 1; b <= bits; b++)
        if (bit[b] != "-" && !total[b])
            never(bit[b])
    printf "%-30s %9s %9s %10s %9s %9s\n", "event, by place in a step", "idle", "gates", "projection", "head", "drain"
    for (e = 1; e <= count["place"]; e++) {
        who = name["place", e]
        line = sprintf("%-30s", who)
        row = "   [\"" who "\""
        for (p = 1; p <= places; p++) {
            n = sum["place", who, p + 2]
            if (!n)
                never(who ", " place[p])
            line = line sprintf(p == 3 ? " %10d" : " %9d", n)
            row = row ", " n + 0
        }
        print line
        events = events (e > 1 ? ",\n" : "") row "]"
    }
    printf "%d disturbed sequences, %d cycles, %d chunks failed, %d kinds or places not met\n", \
        injected, cycles, failed, missing
    if (spent > seconds) # some of the chunks ran earlier
        seconds = spent

    printf "{\"part\": \"faults\", \"title\": \"Faults and disturbances\", \"command\": \"make faults\",\n" >part
    printf " \"date\": \"%s\", \"seconds\": %d, \"tools\": {\"Verilator\": \"%s\"},\n", date, seconds, verilator >part
    printf " \"figures\": {\"disturbed sequences\": %d, \"cores\": %d, \"clock cycles\": %d,\n", \
        injected, split(names, unused, " "), cycles >part
    printf "  \"chunks failed\": %d, \"kinds or places not met\": %d},\n", failed, missing >part
    printf " \"tables\": [{\"title\": \"Kinds of faults, how often each was injected, and the error bits that " >part
    printf "came of it, all as the reference says.\",\n" >part
    printf "  \"columns\": [\"kind\", \"injected\", \"error bits\"], \"rows\": [\n%s]},\n", kinds >part
    printf "  {\"title\": \"Where in a step the core was: nothing runs; a beat of a phase; no beat, but work on " >part
    printf "its way.\",\n  \"columns\": [\"event\", \"idle\", \"gates\", \"projection\", \"head\", \"drain\"], " >part
    printf "\"rows\": [\n%s]}],\n", events >part
    printf " \"not_verified\": [\"Cores: %s; others share their modules, but not their parameters.\",\n", names >part
    printf "  \"One disturbance a sequence; several at once are in verif/harness/faults_random.c.\"]}\n" >part
    exit missing > 0
}
