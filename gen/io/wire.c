/* SPDX-License-Identifier: Apache-2.0 */
#include "io/wire.h"

#include <string.h>

brds_wire brds_wire_of(brds_span span)
{
    return (brds_wire){span.bytes, span.size ? span.bytes + span.size : span.bytes};
}

brds_wire_result brds_wire_varint(brds_wire *wire, uint64_t *value)
{
    *value = 0;
    if (wire->at == wire->end) {
        return BRDS_WIRE_END;
    }
    for (unsigned shift = 0; shift < 64 && wire->at < wire->end; shift += 7) {
        uint8_t byte = *wire->at++;
        if (shift == 63 && byte > 1) {
            return BRDS_WIRE_BAD; /* more than 64 bits */
        }
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return BRDS_WIRE_FIELD;
        }
    }
    return BRDS_WIRE_BAD;
}

static brds_wire_result read_fixed(brds_wire *wire, size_t size, uint64_t *value)
{
    if ((size_t)(wire->end - wire->at) < size) {
        return BRDS_WIRE_BAD;
    }
    *value = 0;
    for (size_t i = size; i-- > 0;) {
        *value = *value << 8 | wire->at[i];
    }
    wire->at += size;
    return BRDS_WIRE_FIELD;
}

static brds_wire_result read_span(brds_wire *wire, brds_span *span)
{
    uint64_t size;
    if (brds_wire_varint(wire, &size) != BRDS_WIRE_FIELD || size > (size_t)(wire->end - wire->at)) {
        return BRDS_WIRE_BAD;
    }
    *span = (brds_span){wire->at, (size_t)size};
    wire->at += size;
    return BRDS_WIRE_FIELD;
}

brds_wire_result brds_wire_next(brds_wire *wire, brds_wire_field *field)
{
    uint64_t tag;
    *field = (brds_wire_field){0};
    brds_wire_result result = brds_wire_varint(wire, &tag);
    if (result != BRDS_WIRE_FIELD) {
        return result;
    }
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff) {
        return BRDS_WIRE_BAD;
    }
    field->number = (uint32_t)(tag >> 3);
    field->type = (brds_wire_type)(tag & 7);
    switch (field->type) {
    case BRDS_WIRE_VARINT:
        return brds_wire_varint(wire, &field->value) == BRDS_WIRE_FIELD ? BRDS_WIRE_FIELD
                                                                        : BRDS_WIRE_BAD;
    case BRDS_WIRE_64:
        return read_fixed(wire, 8, &field->value);
    case BRDS_WIRE_SPAN:
        return read_span(wire, &field->span);
    case BRDS_WIRE_32:
        return read_fixed(wire, 4, &field->value);
    }
    return BRDS_WIRE_BAD; /* groups, which nobody writes any more */
}

bool brds_wire_valid(brds_span message)
{
    brds_wire wire = brds_wire_of(message);
    brds_wire_field field;
    brds_wire_result result;
    do {
        result = brds_wire_next(&wire, &field);
    } while (result == BRDS_WIRE_FIELD);
    return result == BRDS_WIRE_END;
}

bool brds_wire_find(brds_span message, uint32_t number, brds_wire_type type, brds_wire_field *field)
{
    brds_wire wire = brds_wire_of(message);
    brds_wire_field next;
    bool found = false;
    *field = (brds_wire_field){0};
    while (brds_wire_next(&wire, &next) == BRDS_WIRE_FIELD) {
        if (next.number == number && next.type == type) {
            *field = next;
            found = true;
        }
    }
    return found;
}

bool brds_wire_nth(brds_span message, uint32_t number, size_t index, brds_span *span)
{
    brds_wire wire = brds_wire_of(message);
    brds_wire_field field;
    *span = (brds_span){0};
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number == number && field.type == BRDS_WIRE_SPAN && index-- == 0) {
            *span = field.span;
            return true;
        }
    }
    return false;
}

size_t brds_wire_count(brds_span message, uint32_t number)
{
    brds_wire wire = brds_wire_of(message);
    brds_wire_field field;
    size_t count = 0;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        count += field.number == number;
    }
    return count;
}

bool brds_span_is(brds_span span, const char *text)
{
    return span.size == strlen(text) &&
           (span.size == 0 || memcmp(span.bytes, text, span.size) == 0);
}

bool brds_span_same(brds_span a, brds_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}
