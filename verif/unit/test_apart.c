/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers in a process of their own: what they find and say arrives as if they had been called; one that
 * crashes, stops early or sends what cannot be is a fault of the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/apart.h"
#include "io/tensors.h"
#include "model_fixture.h"

static brds_status apart(brds_safetensors *file, brds_reader *reader, const void *context,
                         brds_diag *diag)
{
    *file = (brds_safetensors){.path = (char *)(uintptr_t) "the file", .size = 100};
    return brds_read_apart(file, reader, context, "a library", diag);
}

static void forget(brds_safetensors *file)
{
    file->path = NULL; /* not malloc'ed */
    brds_safetensors_free(file);
}

static brds_status two_tensors(brds_safetensors *file, const void *context, brds_diag *diag)
{
    (void)context;
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    brds_tensor matrix = {.dtype = BRDS_F32, .data = (const uint8_t *)values};
    brds_tensor empty = {.dtype = BRDS_U8, .rank = 1, .data = (const uint8_t *)values};
    brds_tensor_shape(&matrix, 2, 3);
    brds_warn(diag, "a place", "a hint", "a warning");
    brds_status status = brds_tensors_add(file, "matrix", &matrix, diag);
    return status ? status : brds_tensors_add(file, "empty", &empty, diag);
}

static void test_tensors_arrive(void **state)
{
    (void)state;
    brds_safetensors file;
    brds_diag diag = {0};
    float *values;
    expect_ok(apart(&file, two_tensors, NULL, &diag), &diag);
    assert_int_equal(file.count, 2);
    expect_ok(brds_safetensors_floats(&file, "matrix", 2, (size_t[]){2, 3}, &values, &diag), &diag);
    assert_true(values[0] == 1.0f && values[5] == 6.0f);
    assert_int_equal(brds_safetensors_find(&file, "empty")->elements, 0);
    assert_int_equal(diag.count, 1);
    assert_int_equal(diag.messages[0].severity, BRDS_WARNING);
    assert_string_equal(diag.messages[0].hint, "a hint");
    expect_message(&diag, "a warning");
    free(values);
    forget(&file);
}

static brds_status refuse(brds_safetensors *file, const void *context, brds_diag *diag)
{
    (void)file;
    const brds_status *status = context;
    return brds_fail(diag, *status, "its place", "its hint", "refused");
}

static void test_refusals_arrive(void **state)
{
    (void)state;
    static const brds_status statuses[] = {BRDS_EINPUT, BRDS_EFILE};
    for (size_t i = 0; i < 2; i++) {
        brds_safetensors file;
        brds_diag diag = {0};
        assert_int_equal(apart(&file, refuse, &statuses[i], &diag), statuses[i]);
        assert_int_equal(diag.errors, 1);
        expect_message(&diag, "refused");
        forget(&file);
    }
}

/* Two tensors of one name, which no reader can add. */
static brds_status twice(brds_safetensors *file, const void *context, brds_diag *diag)
{
    brds_status status = two_tensors(file, context, diag);
    strcpy(file->tensors[0].name, "name"); /* over "matrix" */
    strcpy(file->tensors[1].name, "name"); /* over "empty" */
    return status;
}

static brds_status crash(brds_safetensors *file, const void *context, brds_diag *diag)
{
    (void)file;
    (void)context;
    (void)diag;
    raise(SIGKILL);
    return BRDS_OK;
}

static brds_status leave(brds_safetensors *file, const void *context, brds_diag *diag)
{
    (void)file;
    (void)diag;
    _exit(*(const int *)context);
}

static void test_ends_of_the_process(void **state)
{
    (void)state;
    static const int good = 0, starved = BRDS_EFILE;
    static const struct {
        brds_reader *reader;
        const int *context;
        brds_status status;
        const char *message;
    } ends[] = {{crash, NULL, BRDS_EINPUT, "a library does not withstand it"},
                {leave, &good, BRDS_EINPUT, "a library does not withstand it"},
                {leave, &starved, BRDS_EFILE, "ran out of memory"},
                {twice, NULL, BRDS_EINPUT, "name"}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        brds_safetensors file;
        brds_diag diag = {0};
        assert_int_equal(apart(&file, ends[i].reader, ends[i].context, &diag), ends[i].status);
        expect_message(&diag, ends[i].message);
        forget(&file);
    }
}

/* Numbers for the pipe, in the place of what the reader's side would send. */
typedef struct {
    uint64_t numbers[16];
    size_t count;
} sent;

/* The pipe is the one file that is not open for reading and is none of the first three. */
static brds_status send(brds_safetensors *file, const void *context, brds_diag *diag)
{
    (void)file;
    (void)diag;
    const sent *what = context;
    for (int handle = 3; handle < 64; handle++) {
        char byte;
        if (read(handle, &byte, 0) < 0 &&
            write(handle, what->numbers, what->count * sizeof what->numbers[0]) > 0) {
            break;
        }
    }
    _exit(0);
}

/* Status, messages, tensors; names and texts are a length and bytes, here of 8. */
static void test_what_cannot_be(void **state)
{
    (void)state;
    enum { TEXT = 8 };
    static const sent wrong[] = {
        {{99}, 1},                                              /* no status */
        {{0}, 1},                                               /* no count of messages */
        {{0, UINT64_MAX}, 2},                                   /* too many */
        {{0, 1, 77}, 3},                                        /* no severity */
        {{0, 1, 1, TEXT, 0, TEXT}, 6},                          /* half a message */
        {{0, 1, 1, 1 << 20}, 4},                                /* too long */
        {{0, 0}, 2},                                            /* no count of tensors */
        {{0, 0, UINT64_MAX}, 3},                                /* too many */
        {{0, 0, 1, TEXT}, 4},                                   /* half a name */
        {{0, 0, 1, TEXT, 65, 99}, 6},                           /* no type */
        {{0, 0, 1, TEXT, 65, 0, 99}, 7},                        /* no rank */
        {{0, 0, 1, TEXT, 65, 0, 1}, 7},                         /* no shape */
        {{0, 0, 1, TEXT, 65, 0, 2, UINT64_MAX, UINT64_MAX}, 9}, /* it overflows */
        {{0, 0, 1, TEXT, 65, 0, 1, UINT64_MAX / 2}, 8},         /* so do its bytes */
        {{0, 0, 1, TEXT, 65, 0, 1, 2, UINT64_MAX}, 9},          /* more than there may be */
        {{0, 0, 1, TEXT, 65, 0, 1, 2, TEXT}, 9},                /* cut short */
        {{0, 0, 1, TEXT, 65, 0, 1, 1, TEXT, 0}, 10},            /* not of its shape */
        {{0, 0, 1, TEXT, 65, 0, 1, 2, TEXT, 0}, 10},            /* no last word */
        {{0, 0, 1, TEXT, 65, 0, 1, 2, TEXT, 0, 1}, 11},         /* another one */
        {{1, 1, 0, TEXT, 65, TEXT, 65, TEXT, 65, 0}, 10},       /* an error, but no end */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        brds_safetensors file;
        brds_diag diag = {0};
        assert_int_equal(apart(&file, send, &wrong[i], &diag), BRDS_EINPUT);
        expect_message(&diag, "a library does not withstand it");
        forget(&file);
    }
}

static void test_what_can_be(void **state)
{
    (void)state;
    static const sent right = {{0, 0, 1, 8, 65, 0, 1, 2, 8, 0, 0x62726473}, 11};
    brds_safetensors file;
    brds_diag diag = {0};
    expect_ok(apart(&file, send, &right, &diag), &diag);
    assert_int_equal(brds_safetensors_find(&file, "A")->elements, 2);
    forget(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tensors_arrive),      cmocka_unit_test(test_refusals_arrive),
        cmocka_unit_test(test_ends_of_the_process), cmocka_unit_test(test_what_cannot_be),
        cmocka_unit_test(test_what_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
