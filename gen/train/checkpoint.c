/* SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/safetensors.h"
#include "io/strings.h"
#include "train/identity.h"

enum { NAME_BYTES = 24 }; /* "mask.N" of any int */

/* The arrays of a trainer, in one list for writing and reading. */
typedef struct {
    char name[NAME_BYTES];
    brds_real *data;
    size_t count;
} piece;

enum { MAX_PIECES = 4 + 2 * BRDS_MAX_LAYERS, MAX_TENSORS = MAX_PIECES + BRDS_MAX_PARAMETERS };

static size_t pieces(const brds_trainer *trainer, piece *list)
{
    size_t count = 0, elements = trainer->model->parameters.elements;
    list[count++] = (piece){"values", trainer->model->parameters.values, elements};
    list[count++] = (piece){"best", trainer->best_values, elements};
    if (trainer->optimiser.first != NULL) {
        list[count++] = (piece){"first", trainer->optimiser.first, elements};
        list[count++] = (piece){"second", trainer->optimiser.second, elements};
    }
    for (int l = 0; trainer->carry.sequences > 0 && l < trainer->model->layer_count; l++) {
        const brds_lstm *layer = &trainer->model->layers[l];
        size_t sequences = trainer->carry.sequences;
        piece *h = &list[count++], *c = &list[count++];
        *h = (piece){"", trainer->carry.h[l], sequences * (size_t)layer->output};
        *c = (piece){"", trainer->carry.c[l], sequences * (size_t)layer->hidden};
        snprintf(h->name, sizeof h->name, "h_l%d", l);
        snprintf(c->name, sizeof c->name, "c_l%d", l);
    }
    return count;
}

/* The mask of the parameter of this number. */
#define MASK_NAME "mask.%d"

/* --- checksums --- */

static uint32_t crc_text(const char *text)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)text, strlen(text));
}

/* Of an array and its name; those of all arrays and texts are combined by exclusive or, so that
 * the order does not matter. */
static uint32_t crc_floats(const char *name, const float *values, size_t count)
{
    return (uint32_t)crc32_z(crc_text(name), (const unsigned char *)values, count * sizeof *values);
}

/* --- the numbers that are no arrays: one line of text --- */

static char *score_text(const brds_score *score)
{
    return brds_string_format("%a %zu %zu", score->loss, score->correct, score->targets);
}

static char *random_text(const brds_random *random)
{
    return brds_string_format("%" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64, random->state[0],
                              random->state[1], random->state[2], random->state[3]);
}

static char *state_text(const brds_trainer *trainer, int64_t log_bytes)
{
    const brds_train_state *state = &trainer->state;
    char *score = score_text(&state->score), *best = score_text(&state->best);
    char *random = random_text(&state->random), *shuffle = random_text(&state->shuffle);
    char *text = NULL;
    if (score && best && random && shuffle) {
        text = brds_string_format("%d %zu %d %" PRIu64 " %" PRId64 " %s %s %s %s", state->epoch,
                                  state->minibatch, state->best_epoch, trainer->optimiser.updates,
                                  log_bytes, score, best, random, shuffle);
    }
    free(score);
    free(best);
    free(random);
    free(shuffle);
    return text;
}

static bool read_state(const char *text, brds_trainer *trainer, int64_t *log_bytes)
{
    brds_train_state *s = &trainer->state;
    uint64_t *r = s->random.state, *f = s->shuffle.state;
    int read = sscanf(
        text,
        "%d %zu %d %" SCNu64 " %" SCNd64 " %la %zu %zu %la %zu %zu %" SCNx64 " %" SCNx64 " %" SCNx64
        " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
        &s->epoch, &s->minibatch, &s->best_epoch, &trainer->optimiser.updates, log_bytes,
        &s->score.loss, &s->score.correct, &s->score.targets, &s->best.loss, &s->best.correct,
        &s->best.targets, &r[0], &r[1], &r[2], &r[3], &f[0], &f[1], &f[2], &f[3]);
    return read == 19 && s->epoch >= 0 && s->minibatch < trainer->minibatches && *log_bytes >= 0;
}

/* The exponents of a matrix's rows, a digit each; "-" without them.  malloc'ed. */
static char *row_scales_text(const brds_quantised *quantised, int parameter)
{
    const uint8_t *scales = quantised->row_scales[parameter];
    if (scales == NULL) {
        return brds_string_copy("-");
    }
    size_t rows = (size_t)quantised->rows[parameter];
    char *text = malloc(rows + 1);
    for (size_t row = 0; text != NULL && row < rows; row++) {
        text[row] = (char)('0' + scales[row]);
    }
    if (text != NULL) {
        text[rows] = '\0';
    }
    return text;
}

/* As many as there are rows now; how many characters, 0: it is not that. */
static size_t read_row_scales(const char *text, brds_quantised *quantised, int parameter)
{
    uint8_t *scales = quantised->row_scales[parameter];
    if (scales == NULL) {
        return *text == '-' ? 1 : 0;
    }
    size_t rows = (size_t)quantised->rows[parameter];
    if (strspn(text, "01234567") != rows) {
        return 0;
    }
    for (size_t row = 0; row < rows; row++) {
        scales[row] = (uint8_t)(text[row] - '0');
    }
    return rows;
}

/* The hardware's formats as they were chosen when the last epoch ended: bits, frac and exponents of the rows of each
 * parameter; empty without them. */
static char *formats_text(const brds_trainer *trainer)
{
    char *text = brds_string_copy("");
    for (int i = 0; trainer->quantised && text && i < trainer->model->parameters.count; i++) {
        const brds_format *format = &trainer->quantised->formats[i];
        char *scales = row_scales_text(trainer->quantised, i), *longer = NULL;
        if (scales != NULL) {
            longer = brds_string_format("%s%d %d %s ", text, format->bits, format->frac, scales);
        }
        free(scales);
        free(text);
        text = longer;
    }
    return text;
}

static bool read_formats(const char *text, const brds_trainer *trainer)
{
    for (int i = 0; trainer->quantised && i < trainer->model->parameters.count; i++) {
        brds_format *format = &trainer->quantised->formats[i];
        int length = 0;
        if (sscanf(text, "%d %d %n", &format->bits, &format->frac, &length) != 2 ||
            format->bits < 0 || format->bits > 32 || format->frac < -64 || format->frac > 64) {
            return false;
        }
        text += length;
        size_t scales = read_row_scales(text, trainer->quantised, i);
        if (scales == 0 || text[scales] != ' ') {
            return false;
        }
        text += scales + 1;
    }
    return *text == '\0';
}

/* --- saving --- */

static brds_status to_floats(const piece *from, float **to, brds_diag *diag)
{
    *to = malloc((from->count + 1) * sizeof **to);
    if (*to == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < from->count; i++) {
        (*to)[i] = (float)from->data[i];
    }
    return BRDS_OK;
}

static brds_status mask_floats(const brds_parameter *parameter, float **to, brds_diag *diag)
{
    *to = malloc((parameter->count + 1) * sizeof **to);
    if (*to == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < parameter->count; i++) {
        (*to)[i] = (float)parameter->mask[i];
    }
    return BRDS_OK;
}

/* What is to be written, as floats. */
typedef struct {
    brds_tensor_out tensors[MAX_TENSORS];
    char names[MAX_TENSORS][NAME_BYTES];
    float *copies[MAX_TENSORS];
    size_t count;
    uint32_t crc;
} out_list;

static float **add_tensor(out_list *list, const char *name, size_t elements)
{
    snprintf(list->names[list->count], sizeof list->names[0], "%.*s", NAME_BYTES - 1, name);
    list->tensors[list->count] =
        (brds_tensor_out){list->names[list->count], BRDS_F32, 1, {elements}, NULL};
    return &list->copies[list->count++];
}

static brds_status gather(const brds_trainer *trainer, out_list *out, brds_diag *diag)
{
    piece list[MAX_PIECES];
    brds_status status = BRDS_OK;
    size_t count = pieces(trainer, list);
    for (size_t i = 0; status == BRDS_OK && i < count; i++) {
        status = to_floats(&list[i], add_tensor(out, list[i].name, list[i].count), diag);
    }
    const brds_parameters *parameters = &trainer->model->parameters;
    for (int i = 0; status == BRDS_OK && i < parameters->count; i++) {
        if (parameters->list[i].mask != NULL) {
            char name[NAME_BYTES];
            snprintf(name, sizeof name, MASK_NAME, i);
            status = mask_floats(&parameters->list[i],
                                 add_tensor(out, name, parameters->list[i].count), diag);
        }
    }
    for (size_t i = 0; i < out->count; i++) {
        out->tensors[i].data = out->copies[i];
        if (status == BRDS_OK) {
            out->crc ^= crc_floats(out->names[i], out->copies[i], out->tensors[i].shape[0]);
        }
    }
    return status;
}

brds_status brds_checkpoint_save(const char *path, const brds_trainer *trainer,
                                 const char *identity, int64_t log_bytes, brds_diag *diag)
{
    out_list *list = calloc(1, sizeof *list);
    char *state = state_text(trainer, log_bytes), *formats = formats_text(trainer), *crc = NULL;
    brds_status status =
        list && state && formats ? gather(trainer, list, diag) : brds_fail_memory(diag);
    if (status == BRDS_OK) {
        crc = brds_string_format("%08" PRIx32, list->crc ^ crc_text(identity) ^ crc_text(state) ^
                                                   crc_text(formats));
        status = crc != NULL ? BRDS_OK : brds_fail_memory(diag);
    }
    if (status == BRDS_OK) {
        const char *metadata[] = {"identity", identity, "state", state, "formats",
                                  formats,    "crc",    crc,     NULL};
        status = brds_safetensors_save(path, list->tensors, list->count, metadata, diag);
    }
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        free(list->copies[i]);
    }
    free(list);
    free(state);
    free(formats);
    free(crc);
    return status;
}

/* --- loading --- */

static brds_status read_piece(const brds_safetensors *file, const piece *to, uint32_t *crc,
                              brds_diag *diag)
{
    float *values = NULL;
    brds_status status = brds_safetensors_floats(file, to->name, 1, &to->count, &values, diag);
    for (size_t i = 0; status == BRDS_OK && i < to->count; i++) {
        to->data[i] = (brds_real)values[i];
    }
    *crc ^= status == BRDS_OK ? crc_floats(to->name, values, to->count) : 0;
    free(values);
    return status;
}

static brds_status read_masks(const brds_safetensors *file, brds_parameters *parameters,
                              uint32_t *crc, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int i = 0; status == BRDS_OK && i < parameters->count; i++) {
        brds_parameter *parameter = &parameters->list[i];
        char name[NAME_BYTES];
        float *values = NULL;
        snprintf(name, sizeof name, MASK_NAME, i);
        if (brds_safetensors_find(file, name) == NULL) {
            continue;
        }
        status = brds_safetensors_floats(file, name, 1, &parameter->count, &values, diag);
        if (status == BRDS_OK) {
            status = brds_parameter_mask(parameter, diag);
        }
        for (size_t j = 0; status == BRDS_OK && j < parameter->count; j++) {
            parameter->mask[j] = values[j] != 0.0F;
        }
        *crc ^= status == BRDS_OK ? crc_floats(name, values, parameter->count) : 0;
        free(values);
    }
    return status;
}

static brds_status read_arrays(const brds_safetensors *file, brds_trainer *trainer, uint32_t *crc,
                               brds_diag *diag)
{
    piece list[MAX_PIECES];
    brds_status status = BRDS_OK;
    size_t count = pieces(trainer, list);
    for (size_t i = 0; status == BRDS_OK && i < count; i++) {
        status = read_piece(file, &list[i], crc, diag);
    }
    return status == BRDS_OK ? read_masks(file, &trainer->model->parameters, crc, diag) : status;
}

static brds_status read_all(const brds_safetensors *file, brds_trainer *trainer,
                            const char *identity, int64_t *log_bytes, brds_diag *diag)
{
    const char *found = brds_safetensors_metadata(file, "identity"),
               *state = brds_safetensors_metadata(file, "state"),
               *formats = brds_safetensors_metadata(file, "formats"),
               *wanted = brds_safetensors_metadata(file, "crc");
    if (found == NULL || state == NULL || formats == NULL || wanted == NULL) {
        return brds_fail(diag, BRDS_EINPUT, file->path, "", "it is no checkpoint of a training");
    }
    brds_status status = brds_identity_compare(file->path, found, identity, diag);
    uint32_t crc = crc_text(found) ^ crc_text(state) ^ crc_text(formats);
    if (status == BRDS_OK) {
        status = read_arrays(file, trainer, &crc, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    char text[9];
    snprintf(text, sizeof text, "%08" PRIx32, crc);
    if (strcmp(text, wanted) != 0 || !read_state(state, trainer, log_bytes) ||
        !read_formats(formats, trainer)) {
        return brds_fail(diag, BRDS_EINPUT, file->path, "start anew, without --resume",
                         "the checkpoint is damaged");
    }
    return BRDS_OK;
}

brds_status brds_checkpoint_load(const char *path, brds_trainer *trainer, const char *identity,
                                 int64_t *log_bytes, brds_diag *diag)
{
    brds_safetensors file;
    brds_status status = brds_safetensors_load(path, &file, diag);
    if (status == BRDS_OK) {
        status = read_all(&file, trainer, identity, log_bytes, diag);
        brds_safetensors_free(&file);
    }
    if (status == BRDS_OK) {
        brds_trainer_reorder(trainer);
        if (trainer->quantised != NULL) {
            brds_quantised_refresh(trainer->quantised, trainer->model);
        }
    }
    return status;
}
