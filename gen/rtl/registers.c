/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl/registers.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const brds_register *brds_register_find(const char *name)
{
    for (size_t i = 0; i < brds_register_count; i++) {
        if (strcmp(brds_registers[i].name, name) == 0) {
            return &brds_registers[i];
        }
    }
    return NULL;
}

const brds_field *brds_field_find(const brds_register *reg, const char *name)
{
    for (const brds_field *field = reg->fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

int brds_register_writable(const brds_register *reg)
{
    for (const brds_field *field = reg->fields; field->name != NULL; field++) {
        if (field->access != BRDS_RO) {
            return 1;
        }
    }
    return 0;
}

const char *brds_access_name(brds_access access)
{
    static const char *const names[] = {"ro", "rw", "w1c", "wo"};
    return names[access];
}

static int field_width(const brds_field *field)
{
    return field->high - field->low + 1;
}

static uint32_t field_mask(const brds_field *field)
{
    int width = field_width(field);
    uint32_t ones = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
    return ones << field->low;
}

/* ---- Ports ---- */

/* A port of the block, gathered from all fields that name its signal. */
typedef struct {
    const char *signal;
    brds_access access;
    int bits;
    bool internal; /* not a port: the block makes it itself */
} port;

enum { MAX_PORTS = 64 };

typedef struct {
    port ports[MAX_PORTS];
    size_t count;
} port_list;

static void add_port(port_list *list, const brds_field *field)
{
    int bits = field->from + field_width(field);
    for (size_t i = 0; i < list->count; i++) {
        port *known = &list->ports[i];
        if (strcmp(known->signal, field->signal) == 0) {
            known->bits = bits > known->bits ? bits : known->bits;
            return;
        }
    }
    if (list->count < MAX_PORTS) {
        bool internal = strcmp(field->signal, "address_error") == 0;
        list->ports[list->count++] = (port){field->signal, field->access, bits, internal};
    }
}

static void gather_ports(port_list *list)
{
    list->count = 0;
    for (size_t i = 0; i < brds_register_count; i++) {
        for (const brds_field *field = brds_registers[i].fields; field->name != NULL; field++) {
            if (field->signal != NULL) {
                add_port(list, field);
            }
        }
    }
}

int brds_register_error_bits(void)
{
    port_list ports;
    gather_ports(&ports);
    for (size_t i = 0; i < ports.count; i++) {
        if (strcmp(ports.ports[i].signal, "error") == 0) {
            return ports.ports[i].bits;
        }
    }
    return 0;
}

/* "[15:0] ", or nothing for a single bit. */
static const char *range_text(char text[16], int bits)
{
    text[0] = '\0';
    if (bits > 1) {
        snprintf(text, 16, "[%d:0] ", bits - 1);
    }
    return text;
}

static void list_ports(const port_list *ports, brds_scope *scope)
{
    brds_list *inputs = brds_scope_list(scope, "inputs", "range name");
    brds_list *outputs = brds_scope_list(scope, "outputs", "range name");
    brds_list *wide = brds_scope_list(scope, "wide", "name");
    for (size_t i = 0; i < ports->count; i++) {
        const port *p = &ports->ports[i];
        char range[16], clear[72];
        range_text(range, p->bits);
        if (p->internal) {
            continue;
        }
        if (p->access == BRDS_RO || p->access == BRDS_W1C) {
            brds_list_row(inputs, (const char *[]){range, p->signal});
        }
        if (p->access != BRDS_RO) {
            snprintf(clear, sizeof clear, "%.60s%s", p->signal,
                     p->access == BRDS_W1C ? "_clear" : "");
            brds_list_row(outputs, (const char *[]){range, clear});
        }
        if (p->bits > 32) {
            brds_list_row(wide, (const char *[]){p->signal});
        }
    }
}

static int port_bits(const port_list *ports, const char *signal)
{
    for (size_t i = 0; i < ports->count; i++) {
        if (strcmp(ports->ports[i].signal, signal) == 0) {
            return ports->ports[i].bits;
        }
    }
    return 0;
}

/* "signal", "signal[3]" or "signal[31:0]", as its width asks. */
static void select_text(char *text, size_t size, const char *signal, int bits, int from, int width)
{
    if (bits == width) {
        snprintf(text, size, "%.60s", signal);
    } else if (width == 1) {
        snprintf(text, size, "%.60s[%d]", signal, from);
    } else {
        snprintf(text, size, "%.60s[%d:%d]", signal, from + width - 1, from);
    }
}

/* ---- The block's reading side ---- */

static void value_of(const brds_field *field, const port_list *ports, const brds_params *params,
                     char *text, size_t size)
{
    int width = field_width(field);
    if (field->parameter != NULL) {
        snprintf(text, size,
                 width > 4 && field->high == 31 && field->low == 0 ? "%d'h%08" PRIx64
                                                                   : "%d'd%" PRId64,
                 width, brds_params_number(params, field->parameter));
    } else if (field->access == BRDS_WO) {
        snprintf(text, size, "%d'd0", width);
    } else if (field->from == 32) {
        snprintf(text, size, "%.60s_high", field->signal);
    } else {
        select_text(text, size, field->signal, port_bits(ports, field->signal), field->from, width);
    }
}

static void list_part(brds_list *parts, const char *reg, int high, int low, const char *value,
                      const char *remark)
{
    char bits[16];
    snprintf(bits, sizeof bits, high == low ? "%d" : "%d:%d", high, low);
    brds_list_row(parts, (const char *[]){reg, bits, value, remark});
}

static void list_gap(brds_list *parts, const char *reg, int high, int low)
{
    char zeros[16];
    if (high >= low) {
        snprintf(zeros, sizeof zeros, "%d'd0", high - low + 1);
        list_part(parts, reg, high, low, zeros, "reserved");
    }
}

/* A constant of the core must exist and fit its field. */
static brds_status check_constant(const brds_register *reg, const brds_field *field,
                                  const brds_params *params, brds_diag *diag)
{
    if (field->parameter == NULL) {
        return BRDS_OK;
    }
    const brds_param *param = brds_params_find(params, field->parameter);
    if (param == NULL || param->parts != NULL ||
        ((uint64_t)param->number & ~(uint64_t)(field_mask(field) >> field->low)) != 0) {
        return brds_fail(diag, BRDS_EFILE, "", "",
                         "register %s: the value of %s does not fit the field \"%s\"", reg->name,
                         field->parameter, field->name);
    }
    return BRDS_OK;
}

static brds_status list_values(const brds_register *reg, const port_list *ports,
                               const brds_params *params, brds_list *parts, brds_diag *diag)
{
    int next = 0;
    for (const brds_field *field = reg->fields; field->name != NULL; field++) {
        char value[80];
        brds_status status = check_constant(reg, field, params, diag);
        if (status != BRDS_OK) {
            return status;
        }
        list_gap(parts, reg->name, field->low - 1, next);
        value_of(field, ports, params, value, sizeof value);
        list_part(parts, reg->name, field->high, field->low, value, field->name);
        next = field->high + 1;
    }
    list_gap(parts, reg->name, 31, next);
    return BRDS_OK;
}

/* ---- The block's writing side ---- */

static void list_writes(const brds_register *reg, const port_list *ports, const brds_params *params,
                        brds_list *held, brds_list *fixed, brds_list *pulses)
{
    for (const brds_field *field = reg->fields; field->name != NULL; field++) {
        char bits[16], reset[24], target[80], signal[72];
        int width = field_width(field);
        snprintf(bits, sizeof bits, width == 1 ? "%d" : "%d:%d", field->high, field->low);
        snprintf(reset, sizeof reset, "%d'd%" PRIu32, width, field->reset);
        bool built = field->needs == NULL || brds_params_number(params, field->needs) != 0;
        if (field->access == BRDS_RW && !built) {
            brds_list_row(fixed, (const char *[]){field->signal, reset});
        } else if (field->access == BRDS_RW) {
            brds_list_row(held, (const char *[]){field->signal, reg->name, bits, reset});
        } else if (field->access != BRDS_RO) {
            snprintf(signal, sizeof signal, "%.60s%s", field->signal,
                     field->access == BRDS_W1C ? "_clear" : "");
            select_text(target, sizeof target, signal, port_bits(ports, field->signal), field->from,
                        width);
            brds_list_row(pulses, (const char *[]){target, reg->name, bits});
        }
    }
}

/* Which low word keeps which counter's high word. */
static void list_latches(brds_list *latches)
{
    for (size_t i = 0; i < brds_register_count; i++) {
        const brds_field *field = brds_registers[i].fields;
        if (field->signal != NULL && field->from == 32 && i > 0) {
            brds_list_row(latches, (const char *[]){field->signal, brds_registers[i - 1].name});
        }
    }
}

brds_status brds_registers_verilog(const brds_params *params, brds_scope *scope, brds_diag *diag)
{
    port_list ports;
    gather_ports(&ports);
    list_ports(&ports, scope);
    brds_list *registers = brds_scope_list(scope, "registers", "name word description");
    brds_list *writable = brds_scope_list(scope, "writable", "name");
    brds_list *parts = brds_scope_list(scope, "parts", "register bits value remark");
    brds_list *held = brds_scope_list(scope, "held", "signal register bits reset");
    brds_list *fixed = brds_scope_list(scope, "fixed", "signal reset");
    brds_list *pulses = brds_scope_list(scope, "pulses", "target register bits");
    list_latches(brds_scope_list(scope, "latches", "signal register"));
    brds_status status = BRDS_OK;
    for (size_t i = 0; i < brds_register_count && status == BRDS_OK; i++) {
        const brds_register *reg = &brds_registers[i];
        char word[16];
        snprintf(word, sizeof word, "10'h%03" PRIx32, reg->offset / 4);
        brds_list_row(registers, (const char *[]){reg->name, word, reg->description});
        status = list_values(reg, &ports, params, parts, diag);
        list_writes(reg, &ports, params, held, fixed, pulses);
        if (brds_register_writable(reg)) {
            brds_list_row(writable, (const char *[]){reg->name});
        }
    }
    return status;
}

/* ---- The C header ---- */

static void upper_case(char *text, size_t size, const char *name)
{
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < size; i++) {
        text[i] = (char)toupper((unsigned char)name[i]);
    }
    text[i] = '\0';
}

void brds_registers_header(const char *prefix, brds_scope *scope)
{
    brds_list *registers = brds_scope_list(scope, "registers", "name offset description");
    brds_list *fields = brds_scope_list(scope, "fields", "name shift mask access description");
    for (size_t i = 0; i < brds_register_count; i++) {
        const brds_register *reg = &brds_registers[i];
        char name[160], offset[16], shift[8], mask[16], upper[64];
        snprintf(name, sizeof name, "%.60s_REG_%s", prefix, reg->name);
        snprintf(offset, sizeof offset, "0x%03" PRIx32 "u", reg->offset);
        brds_list_row(registers, (const char *[]){name, offset, reg->description});
        for (const brds_field *field = reg->fields; field->name != NULL; field++) {
            upper_case(upper, sizeof upper, field->name);
            snprintf(name, sizeof name, "%.60s_REG_%s_%s", prefix, reg->name, upper);
            snprintf(shift, sizeof shift, "%d", field->low);
            snprintf(mask, sizeof mask, "0x%08" PRIx32 "u", field_mask(field));
            brds_list_row(fields,
                          (const char *[]){name, shift, mask, brds_access_name(field->access),
                                           field->description});
        }
    }
}

/* ---- The document ---- */

static void markdown_register(const brds_register *reg, FILE *stream)
{
    fprintf(stream, "\n## 0x%03" PRIx32 " %s\n%s\n\n", reg->offset, reg->name, reg->description);
    fputs("| bits | field | access | reset | meaning |\n|---|---|---|---|---|\n", stream);
    for (const brds_field *field = reg->fields; field->name != NULL; field++) {
        char bits[16], reset[24] = "constant";
        snprintf(bits, sizeof bits, field->high == field->low ? "%d" : "%d:%d", field->high,
                 field->low);
        if (field->parameter == NULL) {
            snprintf(reset, sizeof reset, "%" PRIu32, field->reset);
        }
        fprintf(stream, "| %s | %s | %s | %s | %s |\n", bits, field->name,
                brds_access_name(field->access), reset, field->description);
    }
}

void brds_registers_markdown(FILE *stream)
{
    fputs(
        "<!-- Made by `brdsgen docs registers`; the table is gen/rtl/registers_table.c. -->\n"
        "# Registers\n"
        "The AXI4-Lite block of a core (`\"control\": \"axi4-lite\"`): 32-bit registers in 4096 "
        "bytes, the same in\n"
        "every core. Offsets and masks are in the generated `<name>.h`. Access: `ro` read only, "
        "`rw` read and write,\n"
        "`w1c` sticky, writing 1 clears, `wo` writing 1 starts it, reads as 0. Bits that no table "
        "shows read as 0; writing\n"
        "them does nothing. `wstrb` is honoured byte by byte. An address without a register, and "
        "a write to a register\n"
        "whose fields are all read only, is answered with SLVERR and sets ERROR.axil_address. "
        "Requests are answered once\n"
        "each, in order, reads and writes independently of each other.\n\n"
        "| offset | register | access | |\n|---|---|---|---|\n",
        stream);
    for (size_t i = 0; i < brds_register_count; i++) {
        const brds_register *reg = &brds_registers[i];
        fprintf(stream, "| 0x%03" PRIx32 " | [%s](#", reg->offset, reg->name);
        fprintf(stream, "0x%03" PRIx32 "-", reg->offset);
        for (const char *c = reg->name; *c != '\0'; c++) {
            fputc(tolower((unsigned char)*c), stream);
        }
        fprintf(stream, ") | %s | %s |\n", brds_register_writable(reg) ? "write" : "ro",
                reg->description);
    }
    for (size_t i = 0; i < brds_register_count; i++) {
        markdown_register(&brds_registers[i], stream);
    }
}
