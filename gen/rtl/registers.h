/* SPDX-License-Identifier: Apache-2.0
 *
 * The AXI4-Lite registers.  One table says all about them: the Verilog block,
 * the C header, docs/registers.md and the test harness are made from it.
 */
#ifndef BRDS_RTL_REGISTERS_H
#define BRDS_RTL_REGISTERS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "io/diag.h"
#include "rtl/params.h"
#include "rtl/template.h"

typedef enum {
    BRDS_RO,  /* read only */
    BRDS_RW,  /* read and write */
    BRDS_W1C, /* sticky; writing 1 clears */
    BRDS_WO   /* writing 1 starts something; reads as 0 */
} brds_access;

/* What is behind a field: a constant of the core (`parameter`, a name of
 * brds_params), or `signal`.  A signal's port on the register block is an input
 * (ro; w1c: with an output SIGNAL_clear beside it) or an output (rw: held; wo:
 * high for one cycle). */
typedef struct {
    const char *name; /* lower case; NULL ends the list */
    int high, low;    /* bits of the register */
    brds_access access;
    uint32_t reset; /* rw: the value after reset */
    const char
        *needs; /* rw: a parameter; where it is 0 the field keeps its reset value.  NULL: none */
    const char *parameter; /* or NULL */
    const char *signal;    /* or NULL */
    int from;              /* the signal's bit that stands at `low` */
    const char *description;
} brds_field;

/* Words of a 64-bit counter come in pairs: reading the low word (field with
 * `from` 0) keeps the high word for the read that follows (`from` 32). */
typedef struct {
    uint32_t offset;  /* bytes */
    const char *name; /* upper case */
    const char *description;
    const brds_field *fields; /* ascending bits, ends with a NULL name */
} brds_register;

enum { BRDS_REGISTER_ID = 0x53445242 };

extern const brds_register brds_registers[];
extern const size_t brds_register_count;

/* NULL if there is none of this name. */
const brds_register *brds_register_find(const char *name);
const brds_field *brds_field_find(const brds_register *reg, const char *name);

/* What the fields of a register allow together. */
int brds_register_writable(const brds_register *reg);
const char *brds_access_name(brds_access access); /* "ro" ... */

/* Register bits of the sticky errors that the core sets (those of the signal "error"). */
int brds_register_error_bits(void);

/* Lists for regs.v.in and header.h.in: see those templates for the columns. */
brds_status brds_registers_verilog(const brds_params *params, brds_scope *scope, brds_diag *diag);
void brds_registers_header(const char *prefix, brds_scope *scope);

/* docs/registers.md. */
void brds_registers_markdown(FILE *stream);

#endif
