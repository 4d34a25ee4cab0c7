/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share.  Each target hands bytes to a reader of gen/ and uses what comes out;
 * besides the sanitizers, these functions look whether a reader keeps its word.
 */
#ifndef BRDS_FUZZ_H
#define BRDS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "io/safetensors.h"
#include "net/network.h"

/* What libFuzzer, or replay.c, calls; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, saying why: a finding. */
_Noreturn void fuzz_fail(const char *what);

/* Success files no error; a failure is one of the documented statuses and files at least one.  Prints
 * the messages to nowhere, and empties the list. */
void fuzz_check(brds_status status, brds_diag *diag);

/* A copy of exactly these bytes, so that a read behind them is seen; never NULL.  Free it. */
uint8_t *fuzz_copy(const uint8_t *data, size_t size);

/* safetensors: input that begins with '{' gets the length before its header, which ends at the first
 * zero byte or with the input.  Mutations of the header then stay one.  Other input is copied. */
uint8_t *fuzz_safetensors(const uint8_t *data, size_t size, size_t *made);

/* The path of a file with these bytes, which no folder holds and the next call overwrites. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Packs a network, and checks the image. */
void fuzz_pack(const brds_spec *spec, const brds_network *network);

/* Parses a copy of the bytes, reads every tensor that was found, takes the network of a small spec
 * out of them, and packs it. */
typedef brds_status fuzz_parser(brds_safetensors *file, brds_diag *diag);
void fuzz_model(const uint8_t *data, size_t size, fuzz_parser *parse);

#endif
