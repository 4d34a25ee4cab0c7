# SPDX-License-Identifier: Apache-2.0
#
# Judged mutants (report.sh: fields CORE MODULE VERDICT MEANS MUTATION between tabs) as a part of the verification's
# document, on standard output. Set with -v: seconds, date, cores, yosys, verilator.
BEGIN { FS = "\t" }

function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

function field(line, name) {
    if (!match(line, " -" name " [^ ]*"))
        return ""
    return substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
}

function source(line) {
    sub(/.* -src /, "", line)
    return line
}

function why(verdict, reason) {
    return verdict == "explained" ? reason : verdict == "survived" ? "no explanation" : "not run to the end"
}

{
    module = $2 == "top" ? "the top (top.v.in)" : $2 == "regs" ? "the registers (regs.v.in)" : $2
    if (!(module in all))
        order[++modules] = module
    all[module]++
    n[module, $3]++
    total[$3]++
    if ($3 == "killed")
        by[module, $4]++
    if ($3 != "killed" && $3 != "equivalent")
        list[++survivors] = "[" quoted($1) ", " quoted(module) ", " quoted(source($5)) ", " \
            quoted(field(" " $5, "mode") " of " field($5, "cell") ", port " field($5, "port") ", bit " \
            field($5, "portbit")) ", " quoted(why($3, $4)) "]"
}

END {
    rest = NR - total["equivalent"]
    printf "{\"part\": \"mutation\", \"title\": \"Mutation of the Verilog\", \"command\": \"make mutation\",\n"
    printf " \"date\": \"%s\", \"seconds\": %d, \"tools\": {\"Yosys\": \"%s\", \"Verilator\": \"%s\"},\n", \
        date, seconds, yosys, verilator
    printf " \"figures\": {\"mutants\": %d, \"equivalent, proven\": %d, \"killed\": %d,\n", \
        NR, total["equivalent"], total["killed"]
    printf "  \"survivors, explained\": %d, \"survivors, not explained\": %d, \"not run to the end\": %d,\n", \
        total["explained"], total["survived"], total["unknown"]
    printf "  \"killed of those not equivalent, percent\": %.2f},\n", rest ? 100 * total["killed"] / rest : 0
    printf " \"tables\": [{\"title\": \"Mutants of each module in the cores %s, and what killed them.\",\n", cores
    printf "  \"columns\": [\"module\", \"mutants\", \"equivalent\", \"killed by the regression\", "
    printf "\"with stalls\", \"with large networks\", "
    printf "\"under faults\", \"by a proof\", \"left\"], \"rows\": [\n"
    for (i = 1; i <= modules; i++) {
        m = order[i]
        printf "   [%s, %d, %d, %d, %d, %d, %d, %d, %d]%s\n", quoted(m), all[m], n[m, "equivalent"], \
            by[m, "regression"], by[m, "stalls"], by[m, "networks"], by[m, "faults"], by[m, "proofs"], \
            n[m, "explained"] + n[m, "survived"] + n[m, "unknown"], i < modules ? "," : ""
    }
    printf "  ]}, {\"title\": \"Mutants that are left.\",\n"
    printf "  \"columns\": [\"core\", \"module\", \"source\", \"mutation\", \"why\"], \"rows\": [\n"
    for (i = 1; i <= survivors; i++)
        printf "   %s%s\n", list[i], i < survivors ? "," : ""
    printf "  ]}],\n \"not_verified\": [\n"
    printf "  \"Mutations are of small cores, with their parameters; a mutant changes all instances of its module "
    printf "that have the same parameters.\",\n  \"Clock pins are not mutated.\",\n"
    printf "  \"Equivalence is proven by what optimisation of the whole core leaves, or of a module alone, from equal "
    printf "states; a mutant that is equivalent only by states that are never reached counts as left.\"]}\n"
}
