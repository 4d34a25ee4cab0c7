/* SPDX-License-Identifier: Apache-2.0
 *
 * The quantised network: integers, row-balanced, one matrix set a phase.
 */
#ifndef BRDS_NET_QNET_H
#define BRDS_NET_QNET_H

#include <stdint.h>

#include "io/diag.h"
#include "net/network.h"
#include "plan/plan.h"

/* Row-balanced sparse matrix; a row with fewer nonzeros is filled with zero
 * weights at its first free columns. Columns ascend within a row. */
typedef struct {
    int rows, columns, nnz;
    int frac;         /* fw */
    int32_t *weight;  /* (rows, nnz) W bits */
    uint16_t *column; /* (rows, nnz) */
} brds_sparse;

typedef struct {
    brds_sparse x;     /* gates: W_x (4H rows, PyTorch order); linear: the whole matrix */
    brds_sparse h;     /* gates: W_h; linear: empty */
    int32_t *bias;     /* gates: (4H) frac zf; head: (rows) frac fo; projection: NULL (zeros) */
    int32_t *peephole; /* gates: (3, H) A bits, frac peephole_frac, gates i, f, o; or NULL */
    int peephole_frac;
    int shl_x, shl_h, shr, shr_p;
    /* (rows) e: the weights of the row have e fraction bits more than their matrices, and its sum is shifted by
     * shr + e; NULL: 0 for all rows */
    uint8_t *row_scale;
    uint64_t weight_saturated; /* quantisation: values that were clipped */
    uint64_t bias_saturated;
    double error_x,
        error_h; /* relative quantisation error of each matrix: |Wq - W| / |W| (Frobenius) */
} brds_qphase;

typedef struct {
    int phase_count;
    brds_qphase phases[BRDS_MAX_PHASES];
} brds_qnet;

/* Chooses each matrix's frac (least squared error over the candidates that the shifts allow), quantises,
 * checks the row balance. */
brds_status brds_qnet_make(const char *place, const brds_plan *plan, const brds_network *network,
                           brds_qnet *qnet, brds_diag *diag);
void brds_qnet_free(brds_qnet *qnet);

/* e of a row. */
int brds_qphase_row_scale(const brds_qphase *phase, int row);

#endif
