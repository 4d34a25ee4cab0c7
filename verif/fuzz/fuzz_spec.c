/* SPDX-License-Identifier: Apache-2.0
 *
 * The spec: a document that is accepted must have a plan, or a message why not; it is rewritten with its
 * own numbers; a small one is reported on, and packed with random weights.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plan/plan.h"
#include "spec/spec_rewrite.h"

/* Bounds of what a report (it simulates some hundred steps) and an image may cost. */
enum { WORDS_SIMULATED = 30, MACS_PACKED = 500 };

static void rewrite(const char *text, size_t size, const brds_spec *spec)
{
    char *rewritten = NULL;
    brds_diag diag = {0};
    brds_status status = brds_spec_rewrite(text, size, "fuzz", spec, &rewritten, &diag);
    if (status != BRDS_OK) {
        fuzz_fail("a spec that is accepted cannot be rewritten with its own numbers");
    }
    fuzz_check(status, &diag);
    free(rewritten);
}

static void pack(const brds_spec *spec)
{
    brds_network network;
    brds_diag diag = {0};
    brds_status status = brds_network_random(spec, 1, &network, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK) {
        fuzz_pack(spec, &network);
        brds_network_free(&network);
    }
}

static void plan(const brds_spec *spec)
{
    static brds_plan made;
    brds_diag diag = {0};
    brds_status status = brds_plan_make(spec, &made, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK && made.words <= WORDS_SIMULATED) {
        json_t *json = brds_plan_json(&made, NULL);
        if (json == NULL) {
            fuzz_fail("a plan without a report");
        }
        json_decref(json);
    }
    if (status == BRDS_OK && made.macs <= MACS_PACKED) {
        pack(spec);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = (char *)fuzz_copy(data, size);
    brds_spec spec;
    brds_diag diag = {0};
    brds_status status = brds_spec_parse(text, size, "fuzz", true, &spec, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK) {
        rewrite(text, size, &spec);
        plan(&spec);
    }
    free(text);
    return 0;
}
