/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of fields and signatures: PKWARE's APPNOTE.TXT, sections 4.3.7
 * (local header), 4.3.12 (central directory), 4.3.16 (its end).
 */
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

enum {
    LOCAL_BYTES = 30,
    CENTRAL_BYTES = 46,
    END_BYTES = 22,
    MAX_COMMENT = 65535,
    STORED = 0,
    DEFLATED = 8,
    FLAG_ENCRYPTED = 1
};
static const uint32_t LOCAL_SIGNATURE = 0x04034b50, CENTRAL_SIGNATURE = 0x02014b50,
                      END_SIGNATURE = 0x06054b50, ZIP64 = 0xffffffff;

static uint32_t read16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t read32(const uint8_t *bytes)
{
    return read16(bytes) | read16(bytes + 2) << 16;
}

static brds_status fail_damaged(const brds_zip *zip, const char *what, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EINPUT, zip->place, "it is damaged or cut short",
                     "the zip archive is wrong: %s", what);
}

static brds_status fail_entry(const brds_zip *zip, const char *name, const char *hint,
                              const char *what, brds_diag *diag)
{
    char place[BRDS_PLACE_LENGTH];
    snprintf(place, sizeof place, "%.4096s: entry %.400s", zip->place, name);
    return brds_fail(diag, BRDS_EINPUT, place, hint, "%s", what);
}

/* The record at the end of the archive, behind which only its comment lies. */
static const uint8_t *find_end(const uint8_t *bytes, size_t size)
{
    for (size_t comment = 0; comment <= MAX_COMMENT && END_BYTES + comment <= size; comment++) {
        const uint8_t *at = bytes + size - END_BYTES - comment;
        if (read32(at) == END_SIGNATURE && read16(at + 20) == comment) {
            return at;
        }
    }
    return NULL;
}

/* Where the entry's data begin is told by its local header only. */
static brds_status find_data(const brds_zip *zip, const uint8_t *bytes, size_t size, size_t offset,
                             brds_zip_entry *entry, brds_diag *diag)
{
    if (offset > size || size - offset < LOCAL_BYTES || read32(bytes + offset) != LOCAL_SIGNATURE) {
        return fail_entry(zip, entry->name, "it is damaged", "its local header is missing", diag);
    }
    size_t skip = LOCAL_BYTES + read16(bytes + offset + 26) + read16(bytes + offset + 28);
    if (skip > size - offset || entry->packed_size > size - offset - skip) {
        return fail_entry(zip, entry->name, "it is damaged or cut short",
                          "its data reach behind the end of the archive", diag);
    }
    entry->packed = bytes + offset + skip;
    return BRDS_OK;
}

static brds_status check_entry(const brds_zip *zip, const uint8_t *header,
                               const brds_zip_entry *entry, brds_diag *diag)
{
    if (read16(header + 8) & FLAG_ENCRYPTED) {
        return fail_entry(zip, entry->name, "", "it is encrypted", diag);
    }
    if (entry->method != STORED && entry->method != DEFLATED) {
        return fail_entry(zip, entry->name, "stored and deflated entries are read",
                          "it is compressed by another method", diag);
    }
    if (entry->size == ZIP64 || entry->packed_size == ZIP64 || read32(header + 42) == ZIP64) {
        return fail_entry(zip, entry->name, "", "it needs zip64 (4 GiB or more)", diag);
    }
    if (entry->method == STORED && entry->size != entry->packed_size) {
        return fail_entry(zip, entry->name, "it is damaged", "it is stored, but in another size",
                          diag);
    }
    return BRDS_OK;
}

/* One header of the central directory; *used becomes its length. */
static brds_status read_entry(brds_zip *zip, const uint8_t *bytes, size_t size,
                              const uint8_t *header, size_t left, size_t *used, brds_diag *diag)
{
    if (left < CENTRAL_BYTES || read32(header) != CENTRAL_SIGNATURE) {
        return fail_damaged(zip, "its directory ends early", diag);
    }
    size_t name_size = read16(header + 28);
    *used = CENTRAL_BYTES + name_size + read16(header + 30) + read16(header + 32);
    if (*used > left || memchr(header + CENTRAL_BYTES, 0, name_size)) {
        return fail_damaged(zip, "a name of its directory", diag);
    }
    brds_zip_entry *entry = &zip->entries[zip->count];
    *entry = (brds_zip_entry){.packed_size = read32(header + 20),
                              .size = read32(header + 24),
                              .crc = read32(header + 16),
                              .method = (int)read16(header + 10)};
    entry->name = brds_string_format("%.*s", (int)name_size, (const char *)header + CENTRAL_BYTES);
    if (!entry->name) {
        return brds_fail_memory(diag);
    }
    zip->count++;
    brds_status status = check_entry(zip, header, entry, diag);
    return status ? status : find_data(zip, bytes, size, read32(header + 42), entry, diag);
}

static brds_status check_total(const brds_zip *zip, size_t size, brds_diag *diag)
{
    size_t total = 0, limit = brds_unpacked_limit(size);
    for (size_t i = 0; i < zip->count; i++) {
        if (zip->entries[i].size > limit - total) {
            return brds_fail(diag, BRDS_EINPUT, zip->place,
                             "a trained network does not pack so well",
                             "the zip archive of %zu bytes unpacks to more than %zu", size, limit);
        }
        total += zip->entries[i].size;
    }
    return BRDS_OK;
}

static brds_status read_directory(brds_zip *zip, const uint8_t *bytes, size_t size, brds_diag *diag)
{
    const uint8_t *end = find_end(bytes, size);
    if (!end) {
        return fail_damaged(zip, "it has no directory", diag);
    }
    size_t count = read16(end + 10), length = read32(end + 12), offset = read32(end + 16);
    if (read16(end + 4) || read16(end + 6) || read16(end + 8) != count) {
        return fail_damaged(zip, "it is one of several volumes", diag);
    }
    size_t before = (size_t)(end - bytes);
    if (offset > before || length > before - offset) {
        return fail_damaged(zip, "its directory lies behind the end", diag);
    }
    zip->entries = calloc(count + 1, sizeof *zip->entries);
    if (!zip->entries) {
        return brds_fail_memory(diag);
    }
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        size_t used = 0;
        status = read_entry(zip, bytes, size, bytes + offset, length, &used, diag);
        offset += used;
        length -= used <= length ? used : length;
    }
    return status ? status : check_total(zip, size, diag);
}

brds_status brds_zip_open(const char *place, const uint8_t *bytes, size_t size, brds_zip *zip,
                          brds_diag *diag)
{
    *zip = (brds_zip){.place = place};
    brds_status status = read_directory(zip, bytes, size, diag);
    if (status) {
        brds_zip_free(zip);
    }
    return status;
}

void brds_zip_free(brds_zip *zip)
{
    for (size_t i = 0; i < zip->count; i++) {
        free(zip->entries[i].name);
    }
    free(zip->entries);
    *zip = (brds_zip){0};
}

const brds_zip_entry *brds_zip_ending(const brds_zip *zip, const char *end)
{
    for (size_t i = 0; i < zip->count; i++) {
        if (brds_string_ends(zip->entries[i].name, end)) {
            return &zip->entries[i];
        }
    }
    return NULL;
}

/* Sizes of entries are below 4 GiB, so that they fit zlib's counters. */
static int unpack(const brds_zip_entry *entry, uint8_t *bytes)
{
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)entry->packed,
                       .avail_in = (uInt)entry->packed_size,
                       .next_out = bytes,
                       .avail_out = (uInt)entry->size};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return 0;
    }
    int result = inflate(&stream, Z_FINISH);
    int whole = result == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole;
}

brds_status brds_zip_read(const brds_zip *zip, const brds_zip_entry *entry, uint8_t **bytes,
                          brds_diag *diag)
{
    *bytes = malloc(entry->size + 1);
    if (!*bytes) {
        return brds_fail_memory(diag);
    }
    brds_status status = BRDS_OK;
    if (entry->method == STORED) {
        memcpy(*bytes, entry->packed, entry->size);
    } else if (!unpack(entry, *bytes)) {
        status = fail_entry(zip, entry->name, "it is damaged",
                            "its compressed data do not make the size that is told", diag);
    }
    if (!status && crc32(crc32(0, NULL, 0), *bytes, (uInt)entry->size) != entry->crc) {
        status = fail_entry(zip, entry->name, "it is damaged", "its checksum is wrong", diag);
    }
    if (status) {
        free(*bytes);
        *bytes = NULL;
        return status;
    }
    (*bytes)[entry->size] = 0;
    return BRDS_OK;
}
