/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/turns.h"

#include <string.h>

void brds_turns_start(brds_turns *turns, int streams, size_t sequences, const size_t *lengths)
{
    memset(turns, 0, sizeof *turns);
    turns->streams = streams;
    turns->sequences = sequences;
    turns->lengths = lengths;
}

static bool take_turn(brds_turns *turns, int stream, brds_turn *turn)
{
    if (!turns->of[stream].has && turns->pending < turns->sequences) {
        turns->of[stream].has = true;
        turns->of[stream].sequence = turns->pending++;
        turns->of[stream].step = 0;
    }
    if (!turns->of[stream].has) {
        return false;
    }
    size_t sequence = turns->of[stream].sequence, step = turns->of[stream].step++;
    bool last = step + 1 == turns->lengths[sequence];
    turns->of[stream].has = !last;
    *turn = (brds_turn){.stream = stream, .sequence = sequence, .step = step, .last = last};
    return true;
}

bool brds_turns_next(brds_turns *turns, brds_turn *turn)
{
    for (int i = 0; i < turns->streams; i++) {
        int stream = (turns->next + i) % turns->streams;
        if (take_turn(turns, stream, turn)) {
            turns->next = (stream + 1) % turns->streams;
            return true;
        }
    }
    return false;
}
