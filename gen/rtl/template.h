/* SPDX-License-Identifier: Apache-2.0
 *
 * The template engine.  A template is text with
 *
 *     @{name}              the value of a key
 *     //@if name           lines up to //@else or //@end, if the value is
 *     //@else              neither empty nor "0"
 *     //@end
 *     //@for row in list   lines once for each row of a list; @{row.column}
 *     //@end               is the row's value of a column
 *
 * Directives stand on lines of their own, after blanks, and nest; their lines
 * leave no trace in the result.  Every row has two columns of the engine's own:
 * `index` (from 0) and `last` ("1" in the last row, else "0").
 *
 * Keys, lists and columns that are not defined are errors, wherever they stand
 * (also in lines that an //@if leaves out), and so are those that a template
 * does not mention.  Errors are BRDS_EFILE with the place "TEMPLATE:LINE": a
 * template comes with the program, so nothing in it is the user's fault.
 */
#ifndef BRDS_RTL_TEMPLATE_H
#define BRDS_RTL_TEMPLATE_H

#include <stddef.h>
#include <stdio.h>

#include "io/diag.h"

typedef struct brds_scope brds_scope;
typedef struct brds_list brds_list;

/* A scope's keys are its own and those of `parent` (may be NULL), which must
 * outlive it.  Rendering asks for the use of the scope's own keys only, so a
 * parent holds what many templates share.  NULL when memory ran out. */
brds_scope *brds_scope_new(brds_scope *parent);
void brds_scope_free(brds_scope *scope);

/* Defines a key.  Failures (memory, a key defined twice) are remembered and
 * reported by brds_template_render, so that calls need no check each. */
void brds_scope_set(brds_scope *scope, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void brds_scope_set_integer(brds_scope *scope, const char *name, long long value);

/* Defines a list with the columns of `columns` ("name offset access"); the
 * scope owns it.  A row gets its values in the columns' order. */
brds_list *brds_scope_list(brds_scope *scope, const char *name, const char *columns);
/* `values`: as many as the list has columns; NULL counts as memory that ran out. */
void brds_list_row(brds_list *list, const char *const *values);

/* Writes the rendered text to `stream`, whose errors are its owner's to check.
 * `place` names the template in messages. */
brds_status brds_template_render(const char *place, const char *text, size_t length,
                                 brds_scope *scope, FILE *stream, brds_diag *diag);

/* An error for each of the scope's own keys that no template has mentioned so
 * far: for a shared scope, after all of them are rendered. */
brds_status brds_scope_check_used(const brds_scope *scope, const char *place, brds_diag *diag);

#endif
