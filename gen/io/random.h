/* SPDX-License-Identifier: Apache-2.0
 *
 * A small deterministic generator: the same seed gives the same numbers with
 * every compiler, C library and machine.  xoshiro256** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 47:36, 2021),
 * its state filled by splitmix64 as its authors advise.  Not for secrets.
 */
#ifndef BRDS_IO_RANDOM_H
#define BRDS_IO_RANDOM_H

#include <stdint.h>

typedef struct {
    uint64_t state[4];
} brds_random;

/* Any seed is good, 0 included. */
void brds_random_seed(brds_random *random, uint64_t seed);

/* 64 uniform bits. */
uint64_t brds_random_bits(brds_random *random);

/* Uniform integer in [0, bound), without bias; `bound` at least 1. */
uint64_t brds_random_below(brds_random *random, uint64_t bound);

/* Uniform in [0, 1), a multiple of 2^-53. */
double brds_random_uniform(brds_random *random);

/* Mean 0, standard deviation 1: the sum of twelve uniform 32-bit numbers
 * (Irwin-Hall), centred.  It is computed in integers, so that no C library's
 * logarithm can change a digit; against a true normal the tails end at +-6
 * and the excess kurtosis is -0.1. */
double brds_random_normal(brds_random *random);

#endif
