/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire format of protocol buffers: fields of a message, one after the
 * other.  A nested message is a span of bytes and is read by a cursor of its
 * own, so that no depth of nesting costs a stack.
 */
#ifndef BRDS_IO_WIRE_H
#define BRDS_IO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in the file's buffer: a text, raw data or a nested message. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
} brds_span;

typedef struct {
    const uint8_t *at, *end;
} brds_wire;

typedef enum {
    BRDS_WIRE_VARINT = 0,
    BRDS_WIRE_64 = 1,
    BRDS_WIRE_SPAN = 2,
    BRDS_WIRE_32 = 5
} brds_wire_type;

typedef struct {
    uint32_t number; /* from 1 */
    brds_wire_type type;
    uint64_t value; /* of varints and fixed numbers */
    brds_span span; /* of length-delimited fields */
} brds_wire_field;

typedef enum { BRDS_WIRE_FIELD, BRDS_WIRE_END, BRDS_WIRE_BAD } brds_wire_result;

brds_wire brds_wire_of(brds_span span);
/* The next field; BAD where the bytes are no message or are cut short. */
brds_wire_result brds_wire_next(brds_wire *wire, brds_wire_field *field);
/* The next varint of a packed list: the same results. */
brds_wire_result brds_wire_varint(brds_wire *wire, uint64_t *value);

/* The whole span is fields. */
bool brds_wire_valid(brds_span message);
/* The last field of that number and type, as a message may hold it more than
 * once; false where there is none.  The message is valid. */
bool brds_wire_find(brds_span message, uint32_t number, brds_wire_type type,
                    brds_wire_field *field);
/* The field number `number` of index `index` among those of its number. */
bool brds_wire_nth(brds_span message, uint32_t number, size_t index, brds_span *span);
/* How many fields the message has of that number. */
size_t brds_wire_count(brds_span message, uint32_t number);

bool brds_span_is(brds_span span, const char *text);
bool brds_span_same(brds_span a, brds_span b);

#endif
