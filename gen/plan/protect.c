/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/protect.h"

#include <stdbool.h>

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* The least number of check bits that names every bit and "none". */
static int hamming_bits(int width)
{
    int bits = 2;
    while (1 << bits <= width + bits) {
        bits++;
    }
    return bits;
}

int brds_check_bits(brds_protect protect, int width)
{
    switch (protect) {
    case BRDS_PROTECT_PARITY:
        return 1;
    case BRDS_PROTECT_SECDED:
        return hamming_bits(width) + 1;
    case BRDS_PROTECT_NONE:
        break;
    }
    return 0;
}

int brds_stored_bits(brds_protect protect, int width, int column)
{
    int full = (width - 1) / column, rest = width - full * column;
    return full * (column + brds_check_bits(protect, column)) + rest +
           brds_check_bits(protect, rest);
}

static bool get_bit(const uint8_t *bytes, int at)
{
    return bytes[at / 8] >> (at % 8) & 1;
}

static void put_bit(uint8_t *bytes, int at, bool bit)
{
    bytes[at / 8] = (uint8_t)(bytes[at / 8] | (unsigned)bit << (at % 8));
}

/* The XOR of the places of all ones: places count from 3 on and leave out the powers of two. */
static int hamming(const uint8_t *data, int from, int width)
{
    int check = 0, place = 3;
    for (int i = 0; i < width; i++) {
        check ^= get_bit(data, from + i) ? place : 0;
        place++;
        place += (place & (place - 1)) == 0;
    }
    return check;
}

static void store_column(brds_protect protect, const uint8_t *data, int from, int width,
                         uint8_t *stored, int at)
{
    bool secded = protect == BRDS_PROTECT_SECDED, parity = false;
    int check = secded ? hamming(data, from, width) : 0;
    int bits = width + (secded ? hamming_bits(width) : 0);
    for (int i = 0; i < bits; i++) {
        bool bit = i < width ? get_bit(data, from + i) : check >> (i - width) & 1;
        put_bit(stored, at + i, bit);
        parity ^= bit;
    }
    if (protect != BRDS_PROTECT_NONE) {
        put_bit(stored, at + bits, parity);
    }
}

void brds_store_word(brds_protect protect, const uint8_t *data, int width, int column,
                     uint8_t *stored)
{
    int at = 0;
    for (int from = 0; from < width; from += column) {
        int bits = smaller(column, width - from);
        store_column(protect, data, from, bits, stored, at);
        at += bits + brds_check_bits(protect, bits);
    }
}
