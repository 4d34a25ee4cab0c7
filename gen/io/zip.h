/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory of a zip archive in memory, and its entries, stored or
 * deflated.  Written here because the subset is small: an archiving library
 * would bring dozens of formats to an attacker, and still leave sizes to be
 * checked.  Every offset and size is held against the archive, the sum of all
 * claimed sizes against brds_unpacked_limit, and every entry against its CRC.
 * Not read: encryption, several volumes, zip64 (4 GiB and more), other methods.
 */
#ifndef BRDS_IO_ZIP_H
#define BRDS_IO_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"

typedef struct {
    char *name;
    const uint8_t *packed; /* in the archive */
    size_t packed_size, size;
    uint32_t crc;
    int method; /* 0 stored, 8 deflated */
} brds_zip_entry;

typedef struct {
    const char *place; /* for messages; the caller's */
    brds_zip_entry *entries;
    size_t count;
} brds_zip;

/* `bytes` and `place` must outlive `zip`.  Failures are BRDS_EINPUT. */
brds_status brds_zip_open(const char *place, const uint8_t *bytes, size_t size, brds_zip *zip,
                          brds_diag *diag);
void brds_zip_free(brds_zip *zip);

/* The first entry whose name ends so; NULL where there is none. */
const brds_zip_entry *brds_zip_ending(const brds_zip *zip, const char *end);

/* The entry's bytes, malloc'ed; a zero byte that `entry->size` does not count
 * follows the last one. */
brds_status brds_zip_read(const brds_zip *zip, const brds_zip_entry *entry, uint8_t **bytes,
                          brds_diag *diag);

#endif
