/* SPDX-License-Identifier: Apache-2.0 */
#include "io/cleanup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct brds_temporary {
    struct brds_temporary *next; /* older */
    bool folder;
    char path[];
};

static brds_temporary *volatile newest;

static void remove_path(const brds_temporary *temporary)
{
    if (temporary->folder) {
        rmdir(temporary->path);
    } else {
        unlink(temporary->path);
    }
}

static pid_t owner; /* the process that the paths belong to */

static void remove_all(void)
{
    for (const brds_temporary *t = newest; t != NULL; t = t->next) {
        remove_path(t);
    }
}

static void on_signal(int number)
{
    remove_all();
    raise(number); /* SA_RESETHAND: ends the program once the handler returns */
}

static void caught_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void brds_cleanup_now(void)
{
    if (getpid() == owner) {
        remove_all();
    }
}

void brds_cleanup_install(void)
{
    owner = getpid();
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    caught_signals(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(numbers[i], &action, NULL); /* nohup's choice is respected */
        }
    }
}

brds_temporary *brds_cleanup_add(const char *path, bool folder)
{
    size_t size = strlen(path) + 1;
    brds_temporary *temporary = malloc(sizeof *temporary + size);
    if (temporary == NULL) {
        return NULL;
    }
    temporary->folder = folder;
    memcpy(temporary->path, path, size);
    sigset_t before;
    brds_cleanup_hold(&before);
    temporary->next = newest;
    newest = temporary;
    brds_cleanup_release(&before);
    return temporary;
}

void brds_cleanup_forget(brds_temporary *temporary)
{
    if (temporary == NULL) {
        return;
    }
    sigset_t before;
    brds_cleanup_hold(&before);
    if (newest == temporary) {
        newest = temporary->next;
    } else {
        brds_temporary *t = newest;
        while (t != NULL && t->next != temporary) {
            t = t->next;
        }
        if (t != NULL) {
            t->next = temporary->next;
        }
    }
    brds_cleanup_release(&before);
    free(temporary);
}

void brds_cleanup_discard(brds_temporary *temporary)
{
    if (temporary != NULL) {
        remove_path(temporary);
        brds_cleanup_forget(temporary);
    }
}

void brds_cleanup_hold(sigset_t *before)
{
    sigset_t caught;
    caught_signals(&caught);
    sigprocmask(SIG_BLOCK, &caught, before);
}

void brds_cleanup_release(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}
