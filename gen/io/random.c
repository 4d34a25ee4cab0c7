/* SPDX-License-Identifier: Apache-2.0 */
#include "io/random.h"

static uint64_t splitmix64(uint64_t *counter)
{
    *counter += 0x9e3779b97f4a7c15u;
    uint64_t z = *counter;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void brds_random_seed(brds_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        random->state[i] = splitmix64(&seed);
    }
}

static uint64_t rotate_left(uint64_t value, int count)
{
    return (value << count) | (value >> (64 - count));
}

uint64_t brds_random_bits(brds_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t brds_random_below(brds_random *random, uint64_t bound)
{
    /* The first 2^64 mod bound values would make small results likelier. */
    uint64_t reject = (UINT64_MAX - bound + 1) % bound;
    uint64_t bits;
    do {
        bits = brds_random_bits(random);
    } while (bits < reject);
    return bits % bound;
}

double brds_random_uniform(brds_random *random)
{
    return (double)(brds_random_bits(random) >> 11) * 0x1p-53;
}

double brds_random_normal(brds_random *random)
{
    uint64_t sum = 0;
    for (int i = 0; i < 6; i++) {
        uint64_t bits = brds_random_bits(random);
        sum += (bits >> 32) + (bits & 0xffffffffu);
    }
    /* Each of the twelve has mean (2^32 - 1) / 2, together 6 * 2^32 - 6. */
    int64_t centred = (int64_t)sum - ((INT64_C(6) << 32) - 6);
    return (double)centred * 0x1p-32;
}
