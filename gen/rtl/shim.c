/* SPDX-License-Identifier: Apache-2.0
 *
 * The shim around Verilator's model: which port of the top is which pin of
 * verif/harness/pins.h.
 */
#include "rtl/emit.h"

typedef struct {
    const char *port, *pin;
} wire;

/* A group of pins that a core has or has not. */
typedef struct {
    const wire *inputs, *outputs;
} bundle;

static const wire stream_inputs[] = {
    {"rst", "rst"},
    {"s_axis_x_tvalid", "x_tvalid"},
    {"s_axis_x_tlast", "x_tlast"},
    {"s_axis_x_tuser", "x_tuser"},
    {"m_axis_y_tready", "y_tready"},
    {NULL, NULL},
};
static const wire stream_outputs[] = {
    {"s_axis_x_tready", "x_tready"},
    {"m_axis_y_tvalid", "y_tvalid"},
    {"m_axis_y_tlast", "y_tlast"},
    {"m_axis_y_tuser", "y_tuser"},
    {"error", "error"},
    {NULL, NULL},
};
static const wire id_inputs[] = {{"s_axis_x_tid", "x_tid"}, {NULL, NULL}};
static const wire id_outputs[] = {{"m_axis_y_tid", "y_tid"}, {NULL, NULL}};
static const wire weight_inputs[] = {
    {"s_axis_w_tvalid", "w_tvalid"},
    {"s_axis_w_tlast", "w_tlast"},
    {NULL, NULL},
};
static const wire weight_outputs[] = {{"s_axis_w_tready", "w_tready"}, {NULL, NULL}};
static const wire memory_inputs[] = {
    {"m_axi_arready", "m_arready"},
    {"m_axi_rvalid", "m_rvalid"},
    {"m_axi_rlast", "m_rlast"},
    {"m_axi_rresp", "m_rresp"},
    {NULL, NULL},
};
static const wire memory_outputs[] = {
    {"m_axi_araddr", "m_araddr"},
    {"m_axi_arlen", "m_arlen"},
    {"m_axi_arsize", "m_arsize"},
    {"m_axi_arburst", "m_arburst"},
    {"m_axi_arvalid", "m_arvalid"},
    {"m_axi_rready", "m_rready"},
    {NULL, NULL},
};
static const wire axil_inputs[] = {
    {"s_axil_awaddr", "axil_awaddr & 0xfff"}, {"s_axil_awvalid", "axil_awvalid"},
    {"s_axil_wdata", "axil_wdata"},           {"s_axil_wstrb", "axil_wstrb & 0xf"},
    {"s_axil_wvalid", "axil_wvalid"},         {"s_axil_bready", "axil_bready"},
    {"s_axil_araddr", "axil_araddr & 0xfff"}, {"s_axil_arvalid", "axil_arvalid"},
    {"s_axil_rready", "axil_rready"},         {NULL, NULL},
};
static const wire axil_outputs[] = {
    {"s_axil_awready", "axil_awready"},
    {"s_axil_wready", "axil_wready"},
    {"s_axil_bvalid", "axil_bvalid"},
    {"s_axil_bresp", "axil_bresp"},
    {"s_axil_arready", "axil_arready"},
    {"s_axil_rvalid", "axil_rvalid"},
    {"s_axil_rdata", "axil_rdata"},
    {"s_axil_rresp", "axil_rresp"},
    {NULL, NULL},
};

static void list_wires(brds_list *list, const wire *wires)
{
    for (; wires->port != NULL; wires++) {
        brds_list_row(list, (const char *[]){wires->port, wires->pin});
    }
}

static void list_bundles(const brds_emitter *e, brds_scope *scope)
{
    const bundle all[] = {
        {stream_inputs, stream_outputs}, {id_inputs, id_outputs},
        {weight_inputs, weight_outputs}, {memory_inputs, memory_outputs},
        {axil_inputs, axil_outputs},
    };
    const bool there[] = {true, e->plan->spec.streams > 1, brds_emit_has_ram(e),
                          brds_emit_has_memory(e), brds_emit_has_axil(e)};
    brds_list *inputs = brds_scope_list(scope, "inputs", "port pin");
    brds_list *outputs = brds_scope_list(scope, "outputs", "port pin");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (there[i]) {
            list_wires(inputs, all[i].inputs);
            list_wires(outputs, all[i].outputs);
        }
    }
}

/* Data of the memory's port, which has a width of its own. */
static void set_memory(const brds_emitter *e, brds_scope *scope)
{
    int words = e->plan->spec.memory.bits / 32;
    brds_scope_set_integer(scope, "m_single", words == 1);
    brds_scope_set_integer(scope, "m_double", words == 2);
    brds_scope_set_integer(scope, "m_wide", words > 2 ? words : 0);
}

brds_status brds_fill_shim(brds_emitter *e, brds_scope *scope)
{
    int words = e->plan->spec.stream_bits / 32;
    list_bundles(e, scope);
    brds_list *data = brds_scope_list(scope, "words_in", "port pin");
    brds_list_row(data, (const char *[]){"s_axis_x_tdata", "x_tdata"});
    if (brds_emit_has_ram(e)) {
        brds_list_row(data, (const char *[]){"s_axis_w_tdata", "w_tdata"});
    }
    brds_scope_set_integer(scope, "single", words == 1);
    brds_scope_set_integer(scope, "double", words == 2);
    brds_scope_set_integer(scope, "wide", words > 2 ? words : 0);
    set_memory(e, scope);
    brds_scope_set(scope, "present", "%s | %s%s", brds_emit_has_axil(e) ? "BRDS_HAS_AXIL" : "0",
                   brds_emit_has_ram(e) ? "BRDS_HAS_W" : "0",
                   brds_emit_has_memory(e) ? " | BRDS_HAS_M" : "");
    return BRDS_OK;
}
