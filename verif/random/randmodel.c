/* SPDX-License-Identifier: Apache-2.0
 *
 * randmodel SPEC SEED FILE: the random network of --random-model SEED with its weights enlarged by a factor that
 * depends on the seed, so that gates, functions, cells and outputs saturate, which a trained network avoids.
 * Exit status 4 where the file would be too large.
 */
#include <stdlib.h>

#include "generate.h"
#include "net/network.h"

static void enlarge(float *numbers, size_t count, float factor)
{
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] *= factor;
}

static void enlarge_network(brds_network *network, float factor)
{
    for (int l = 0; l < network->layer_count; l++) {
        const brds_layer *layer = &network->layers[l];
        size_t hidden = (size_t)layer->hidden, output = (size_t)layer->output;
        enlarge(layer->w_x, 4 * hidden * (size_t)layer->columns_x, factor);
        enlarge(layer->w_h, 4 * hidden * output, factor);
        enlarge(layer->bias, 4 * hidden, factor);
        enlarge(layer->w_p, output * hidden, factor);
        enlarge(layer->peephole, 3 * hidden, factor);
    }
    size_t columns = (size_t)network->layers[network->layer_count - 1].output;
    enlarge(network->head_w, (size_t)network->head_size * columns, factor);
    enlarge(network->head_bias, (size_t)network->head_size, factor);
}

int main(int argc, char **argv)
{
    enum { MOST_NUMBERS = 2000000 };
    static const float factors[] = {3.0f, 10.0f, 50.0f};
    if (argc != 4) {
        fprintf(stderr, "usage: randmodel SPEC SEED FILE\n");
        return BRDS_EUSAGE;
    }
    brds_diag diag = {0};
    brds_spec spec;
    brds_network network = {0};
    uint64_t seed = strtoull(argv[2], NULL, 10);
    brds_status status = brds_spec_load(argv[1], false, &spec, &diag);
    if (!status && random_spec_numbers(&spec) > MOST_NUMBERS)
        return BRDS_EDIFFER;
    if (!status)
        status = brds_network_random(&spec, seed, &network, &diag);
    if (!status) {
        enlarge_network(&network, factors[seed / 2 % 3]);
        status = brds_network_save(argv[3], &network, &diag);
    }
    brds_network_free(&network);
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    return (int)status;
}
