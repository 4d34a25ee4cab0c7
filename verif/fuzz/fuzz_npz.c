/* SPDX-License-Identifier: Apache-2.0
 *
 * Zip archives and the arrays in them.  Input that begins as a .npy is put into an archive of one
 * stored entry with the right CRC, which mutations of a whole archive would seldom hit.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "io/npz.h"

enum { LOCAL = 30, CENTRAL = 46, END = 22, NAME = 5 };

static const char name[] = "x.npy";

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *at++ = (uint8_t)(value >> 8 * i);
    }
    return at;
}

/* Version, flags, method (stored), time and date, CRC, both sizes, length of the name. */
static uint8_t *put_entry(uint8_t *at, uint32_t crc, size_t size)
{
    at = put(at, 20, 2);
    at = put(at, 0, 8);
    at = put(at, crc, 4);
    at = put(at, size, 4);
    at = put(at, size, 4);
    return put(at, NAME, 4);
}

static uint8_t *archive_of(const uint8_t *data, size_t size, size_t *made)
{
    uint32_t crc = (uint32_t)crc32_z(0, data, size);
    *made = LOCAL + NAME + size + CENTRAL + NAME + END;
    uint8_t *bytes = calloc(1, *made);
    if (bytes == NULL) {
        fuzz_fail("no memory for the archive");
    }
    uint8_t *at = put_entry(put(bytes, 0x04034b50, 4), crc, size);
    memcpy(at, name, NAME);
    memcpy(at + NAME, data, size);
    uint8_t *central = at + NAME + size;
    put_entry(put(put(central, 0x02014b50, 4), 20, 2), crc, size);
    memcpy(central + CENTRAL, name, NAME);
    at = put(put(central + CENTRAL + NAME, 0x06054b50, 4), 0, 4);
    at = put(put(at, 1, 2), 1, 2);
    put(put(at, CENTRAL + NAME, 4), LOCAL + NAME + size, 4);
    return bytes;
}

static brds_status parse(brds_safetensors *file, brds_diag *diag)
{
    brds_zip zip;
    brds_status status = brds_zip_open(file->path, file->bytes, file->size, &zip, diag);
    if (status == BRDS_OK) {
        status = brds_npz_parse(&zip, file, diag);
        brds_zip_free(&zip);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 6 || memcmp(data, "\x93NUMPY", 6) != 0) {
        fuzz_model(data, size, parse);
        return 0;
    }
    size_t made;
    uint8_t *bytes = archive_of(data, size, &made);
    fuzz_model(bytes, made, parse);
    free(bytes);
    return 0;
}
