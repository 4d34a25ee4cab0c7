/* SPDX-License-Identifier: Apache-2.0
 *
 * The Verilog testbench of a core.
 */
#include <inttypes.h>

#include "fixed/fixed.h"
#include "plan/plan_private.h"
#include "rtl/emit.h"
#include "rtl/registers.h"

/* Registers that the testbench prints, and what it calls them. */
static const struct {
    const char *name, *reg;
    bool always;    /* also printed, as 0, without registers */
    bool protected; /* only where memories have check bits */
} counters[] = {
    {"busy_low", "BUSY_LO", true, false},           {"busy_high", "BUSY_HI", true, false},
    {"error_bits", "ERROR", true, false},           {"steps", "STEPS", false, false},
    {"sequences", "SEQUENCES", false, false},       {"sat_gate", "SAT_GATE", false, false},
    {"sat_function", "SAT_FUNCTION", false, false}, {"sat_cell", "SAT_CELL", false, false},
    {"sat_output", "SAT_OUTPUT", false, false},     {"corrected", "CORRECTED", false, true},
    {"uncorrected", "UNCORRECTED", false, true},
};

static void list_counters(const brds_emitter *e, brds_scope *scope)
{
    brds_list *all = brds_scope_list(scope, "counters", "name offset");
    brds_list *more = brds_scope_list(scope, "more", "name");
    char format[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        const brds_register *reg = brds_register_find(counters[i].reg);
        bool missing = !counters[i].always && !brds_emit_has_axil(e);
        if (missing || (counters[i].protected && e->plan->spec.protect == BRDS_PROTECT_NONE)) {
            continue;
        }
        char offset[16];
        snprintf(offset, sizeof offset, "%03" PRIx32, reg != NULL ? reg->offset : 0);
        brds_list_row(all, (const char *[]){counters[i].name, reg != NULL ? offset : NULL});
        if (!counters[i].always) {
            brds_list_row(more, (const char *[]){counters[i].name});
            used +=
                (size_t)snprintf(format + used, sizeof format - used, " %s=%%0d", counters[i].name);
        }
    }
    brds_scope_set(scope, "format", "%s", format);
}

/* Cycles in which a slow step may keep every stream quiet, twice over. */
static int64_t quiet_cycles(const brds_plan *plan)
{
    int64_t cycles = 10000;
    for (int i = 0; i < plan->phase_count; i++) {
        cycles += 4 * (int64_t)plan->phases[i].groups * plan->phases[i].beats;
        cycles += 4 * (int64_t)brds_phase_chunks(plan, &plan->phases[i]) *
                  (plan->spec.memory.interval + plan->spec.memory.latency);
    }
    return cycles;
}

/* The memory of streamed weights, and how many bursts may wait for it. */
static void set_memory(const brds_emitter *e, brds_scope *scope)
{
    const brds_plan *plan = e->plan;
    int64_t buffer = (int64_t)plan->word_chunks * plan->spec.memory.prefetch_words;
    brds_scope_set_integer(scope, "stream", brds_emit_has_memory(e));
    brds_scope_set_integer(scope, "memory_bits", plan->spec.memory.bits);
    brds_scope_set_integer(scope, "memory_latency", plan->spec.memory.latency);
    brds_scope_set_integer(scope, "memory_interval", plan->spec.memory.interval);
    brds_scope_set_integer(scope, "memory_last", plan->memory_chunks - 1);
    brds_scope_set_integer(scope, "bursts", buffer / BRDS_BURST + BRDS_MAX_PHASES);
}

/* Lines of the files: above the data a digit, or three where the stream's number is among its flags. */
static void set_streams(const brds_emitter *e, brds_scope *scope)
{
    int streams = e->plan->spec.streams, flag_bits = streams > 1 ? 12 : 4;
    brds_emit_streams(e, scope);
    brds_scope_set_integer(scope, "flag_bits", flag_bits);
    brds_scope_set_integer(scope, "tid_spare", flag_bits - 4 - brds_clog2((uint64_t)streams));
    brds_scope_set(scope, "flag_digits", "%s", streams > 1 ? "three hex digits" : "a hex digit");
    brds_scope_set(scope, "flag_tid", "%s", streams > 1 ? "tid, " : "");
}

brds_status brds_fill_bench(brds_emitter *e, brds_scope *scope)
{
    bool ram = brds_emit_has_ram(e), axil = brds_emit_has_axil(e);
    int stream_bits = e->plan->spec.stream_bits;
    bool memory = brds_emit_has_memory(e);
    set_streams(e, scope);
    set_memory(e, scope);
    brds_scope_set_integer(scope, "ram", ram);
    brds_scope_set_integer(scope, "axil", axil);
    brds_scope_set_integer(scope, "stream_bits", stream_bits);
    brds_scope_set_integer(scope, "digits", stream_bits / 4);
    brds_scope_set_integer(scope, "timeout", quiet_cycles(e->plan));
    brds_scope_set(scope, "no_counters", "%s", axil ? "" : " (0: this core has no registers)");
    brds_scope_set(
        scope, "image_file", "%s",
        memory ? ",\n//                        image.hex (the weight image), memory.hex (m_axi)"
        : ram  ? ",\n//                        image.hex (the weight image)"
               : "");
    brds_scope_set(scope, "w_moves", "%s", ram ? " || (w_valid && w_ready)" : "");
    list_counters(e, scope);
    return BRDS_OK;
}
