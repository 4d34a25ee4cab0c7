/* SPDX-License-Identifier: Apache-2.0
 *
 * IMDB reviews (Maas et al., ACL 2011) from a tar archive of any compression.
 * Members are sorted by name, so that the order in the archive changes nothing.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/data_reader.h"
#include "io/strings.h"

/* The longest real review has 14 kB.  The limits keep an archive that unpacks
 * to much more than it is from filling the memory. */
static const size_t review_limit = (size_t)1 << 20;
static const size_t total_limit = SIZE_MAX > UINT32_MAX ? (size_t)1 << 32 : (size_t)1 << 29;

typedef struct {
    char *name; /* "pos/12_7.txt" */
    char *text;
    size_t length;
} review;

typedef struct {
    const char *place, *split;
    review *list;
    size_t count, capacity, bytes;
    size_t classes[2]; /* reviews of neg, of pos */
} reviews;

/* --- archive --- */

static bool is_review_name(const char *name)
{
    size_t id = strspn(name, "0123456789");
    if (id == 0 || name[id] != '_') {
        return false;
    }
    const char *rating = name + id + 1;
    size_t digits = strspn(rating, "0123456789");
    return digits > 0 && strcmp(rating + digits, ".txt") == 0;
}

/* The "pos/12_7.txt" of ".../SPLIT/pos/12_7.txt"; NULL for other files. */
static const char *review_name(const char *path, const char *split)
{
    const char *file = strrchr(path, '/');
    size_t wanted = strlen(split);
    if (!file || !is_review_name(file + 1) || (size_t)(file - path) < wanted + 4) {
        return NULL;
    }
    const char *name = file - 3, *folder = name - 1 - wanted;
    if (strncmp(name, "pos", 3) != 0 && strncmp(name, "neg", 3) != 0) {
        return NULL;
    }
    bool whole = folder == path || folder[-1] == '/';
    return whole && name[-1] == '/' && strncmp(folder, split, wanted) == 0 ? name : NULL;
}

static brds_status fail_archive(const reviews *all, struct archive *archive, brds_diag *diag)
{
    const char *why = archive_error_string(archive);
    return brds_fail(diag, BRDS_EINPUT, all->place, "", "cannot be unpacked: %s",
                     why ? why : "unknown error");
}

/* Unpacks one member; `item` holds its name. */
static brds_status unpack(const reviews *all, struct archive *archive, review *item,
                          brds_diag *diag)
{
    void *text = NULL;
    size_t capacity = 0;
    la_ssize_t got;
    do {
        if (!brds_data_grow(&text, &capacity, item->length + 4096, 1)) {
            return brds_fail_memory(diag);
        }
        item->text = text;
        got = archive_read_data(archive, item->text + item->length, capacity - item->length);
        if (got < 0) {
            return fail_archive(all, archive, diag);
        }
        item->length += (size_t)got;
    } while (got > 0 && item->length <= review_limit);
    if (item->length > review_limit || all->bytes + item->length > total_limit) {
        return brds_fail(diag, BRDS_EINPUT, all->place, "",
                         "'%s/%s' is larger than the %zu bytes allowed for %s", all->split,
                         item->name, item->length > review_limit ? review_limit : total_limit,
                         item->length > review_limit ? "one review" : "all reviews");
    }
    char *exact = realloc(text, item->length + 1);
    item->text = exact ? exact : text;
    return BRDS_OK;
}

static brds_status add_review(reviews *all, struct archive *archive, const char *name,
                              brds_diag *diag)
{
    void *list = all->list;
    bool grown = brds_data_grow(&list, &all->capacity, all->count + 1, sizeof *all->list);
    all->list = list;
    char *copy = grown ? brds_string_copy(name) : NULL;
    if (!copy) {
        return brds_fail_memory(diag);
    }
    review *item = &all->list[all->count++];
    *item = (review){.name = copy};
    brds_status status = unpack(all, archive, item, diag);
    all->bytes += item->length;
    all->classes[name[0] == 'p']++;
    return status;
}

static brds_status unpack_all(reviews *all, struct archive *archive, brds_diag *diag)
{
    for (;;) {
        struct archive_entry *entry;
        int result = archive_read_next_header(archive, &entry);
        if (result == ARCHIVE_EOF) {
            return BRDS_OK;
        }
        if (result < ARCHIVE_WARN) {
            return fail_archive(all, archive, diag);
        }
        const char *path = archive_entry_pathname(entry);
        const char *name = path ? review_name(path, all->split) : NULL;
        if (!name || archive_entry_filetype(entry) != AE_IFREG) {
            continue;
        }
        brds_status status = add_review(all, archive, name, diag);
        if (status) {
            return status;
        }
    }
}

/* The compressions are named one by one: "all" would start other programs. */
static brds_status open_archive(const reviews *all, brds_data_bytes file, struct archive **archive,
                                brds_diag *diag)
{
    struct archive *a = *archive = archive_read_new();
    if (!a) {
        return brds_fail_memory(diag);
    }
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_compress(a);
    archive_read_support_format_tar(a);
    if (archive_read_open_memory(a, file.bytes, file.size) != ARCHIVE_OK) {
        return fail_archive(all, a, diag);
    }
    return BRDS_OK;
}

static int compare_names(const void *left, const void *right)
{
    const review *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Sorts, and refuses an archive that is not what was wanted. */
static brds_status check_list(reviews *all, brds_diag *diag)
{
    for (int label = 0; label < 2; label++) {
        if (all->classes[label] == 0) {
            return brds_fail(diag, BRDS_EINPUT, all->place,
                             "wanted are files such as train/pos/12_7.txt",
                             "holds no review in '%s/%s'", all->split, label ? "pos" : "neg");
        }
    }
    qsort(all->list, all->count, sizeof *all->list, compare_names);
    for (size_t i = 1; i < all->count; i++) {
        if (strcmp(all->list[i - 1].name, all->list[i].name) == 0) {
            return brds_fail(diag, BRDS_EINPUT, all->place, "", "holds '%s/%s' twice", all->split,
                             all->list[i].name);
        }
    }
    return BRDS_OK;
}

/* --- words --- */

/* Letters beyond ASCII without a table of Unicode: all characters but Latin-1
 * signs, U+2000 to U+2BFF (punctuation, symbols, arrows) and U+3000 to U+303F
 * (CJK punctuation). */
static bool is_wide_letter(const uint8_t *character, size_t length)
{
    if (length == 2) {
        unsigned code = (unsigned)(character[0] & 0x1f) << 6 | (character[1] & 0x3f);
        return code >= 0xc0 && code != 0xd7 && code != 0xf7;
    }
    if (length == 3) {
        unsigned code = (unsigned)(character[0] & 0x0f) << 12 |
                        (unsigned)(character[1] & 0x3f) << 6 | (character[2] & 0x3f);
        return (code < 0x2000 || code > 0x2bff) && (code < 0x3000 || code > 0x303f);
    }
    return true;
}

/* Bytes of the word character at `at`, made lower case; 0: it parts words. */
static size_t word_character(char *at, size_t left)
{
    char c = *at;
    if (c >= 'A' && c <= 'Z') {
        *at = (char)(c - 'A' + 'a');
        return 1;
    }
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'') {
        return 1;
    }
    if ((unsigned char)c < 0x80) {
        return 0;
    }
    size_t length = brds_utf8_length((const uint8_t *)at, left);
    return is_wide_letter((const uint8_t *)at, length) ? length : 0;
}

static brds_status add_words(brds_data_reader *reader, review *item, brds_diag *diag)
{
    static const char tag[] = "<br />";
    brds_status status = BRDS_OK;
    size_t at = 0;
    while (at < item->length && !status) {
        size_t start = at, step;
        while (at < item->length && (step = word_character(item->text + at, item->length - at))) {
            at += step;
        }
        if (at > start) {
            status = brds_data_reader_token(reader, item->text + start, at - start, 1, diag);
        } else if (item->length - at >= sizeof tag - 1 &&
                   memcmp(item->text + at, tag, sizeof tag - 1) == 0) {
            at += sizeof tag - 1;
        } else {
            at += brds_utf8_length((const uint8_t *)item->text + at, item->length - at);
        }
    }
    return status;
}

static brds_status read_review(brds_data_reader *reader, const reviews *all, review *item,
                               brds_diag *diag)
{
    char place[BRDS_DATA_PLACE];
    snprintf(place, sizeof place, "%.4000s: %.100s/%.200s", all->place, all->split, item->name);
    brds_status status = brds_text_check(place, (const uint8_t *)item->text, item->length, diag);
    if (status) {
        return status;
    }
    const char *archive = reader->place;
    reader->place = place;
    status = add_words(reader, item, diag);
    reader->place = archive;
    if (!status && reader->open == 0) {
        status = brds_fail(diag, BRDS_EINPUT, place, "", "has no word");
    }
    return status ? status : brds_data_reader_end(reader, item->name[0] == 'p', diag);
}

static void free_reviews(reviews *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].name);
        free(all->list[i].text);
    }
    free(all->list);
}

brds_status brds_read_reviews(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag)
{
    const char *split = reader->options->split ? reader->options->split : "train";
    if (strcmp(split, "train") != 0 && strcmp(split, "test") != 0) {
        return brds_fail(diag, BRDS_EUSAGE, reader->place, "give 'train' or 'test'",
                         "reviews have no split '%s'", split);
    }
    reviews all = {.place = reader->place, .split = split};
    struct archive *archive;
    brds_status status = open_archive(&all, file, &archive, diag);
    status = status ? status : unpack_all(&all, archive, diag);
    archive_read_free(archive);
    status = status ? status : check_list(&all, diag);
    for (size_t i = 0; i < all.count && !status; i++) {
        status = read_review(reader, &all, &all.list[i], diag);
    }
    free_reviews(&all);
    return status ? status : brds_data_reader_finish(reader, BRDS_UNKNOWN_RARE, diag);
}
