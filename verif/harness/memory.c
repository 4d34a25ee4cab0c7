/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64, PAGE = 4096, INCREMENTING = 1 };

void brds_memory_free(brds_memory *memory)
{
    free(memory->bursts);
    *memory = (brds_memory){0};
}

void brds_memory_reset(brds_memory *memory)
{
    memory->head = memory->tail = 0;
    memory->offered = false;
    memset(&memory->held, 0, sizeof memory->held);
}

static brds_burst *oldest(brds_memory *memory)
{
    return &memory->bursts[memory->head % memory->room];
}

void brds_memory_offer(brds_memory *memory, uint64_t cycle, bool ready, bool answers,
                       struct brds_pins *pins)
{
    if (!memory->bytes)
        return;
    pins->m_arready = ready;
    if (!memory->offered && memory->head != memory->tail)
        memory->offered = answers && oldest(memory)->from <= cycle && memory->next <= cycle;
    pins->m_rvalid = memory->offered;
    if (!memory->offered)
        return;
    const brds_burst *burst = oldest(memory);
    pins->m_rlast = burst->left == 1;
    pins->m_rresp = memory->response;
    memcpy(pins->m_rdata, memory->bytes + burst->place, (size_t)memory->width);
}

static brds_status grow(brds_memory *memory, brds_diag *diag)
{
    size_t room = memory->room ? 2 * memory->room : FIRST_ROOM;
    brds_burst *bursts = malloc(room * sizeof *bursts);
    if (!bursts)
        return brds_fail_memory(diag);
    for (size_t i = memory->head; i != memory->tail; i++)
        bursts[i % room] = memory->bursts[i % memory->room];
    free(memory->bursts);
    memory->bursts = bursts;
    memory->room = room;
    return BRDS_OK;
}

static brds_status refuse(const char *what, uint64_t cycle, const struct brds_pins *p,
                          brds_diag *diag)
{
    return brds_fail(
        diag, BRDS_EDIFFER, "", "",
        "m_axi: a read %s (cycle %llu): address 0x%llx, arlen %u, arsize %u, arburst %u", what,
        (unsigned long long)cycle, (unsigned long long)p->m_araddr, p->m_arlen, p->m_arsize,
        p->m_arburst);
}

static brds_status take_address(brds_memory *memory, uint64_t cycle, const struct brds_pins *p,
                                brds_diag *diag)
{
    uint64_t length = ((uint64_t)p->m_arlen + 1) * (uint64_t)memory->width;
    uint64_t place = p->m_araddr - memory->base;
    if (p->m_arburst != INCREMENTING || 1 << p->m_arsize != memory->width)
        return refuse("of a kind that is not used", cycle, p, diag);
    if (p->m_araddr % (uint64_t)memory->width || p->m_araddr % PAGE + length > PAGE)
        return refuse("over a boundary", cycle, p, diag);
    if (p->m_araddr < memory->base || place > memory->size || length > memory->size - place)
        return refuse("outside the weights", cycle, p, diag);
    brds_status status = memory->tail - memory->head == memory->room ? grow(memory, diag) : BRDS_OK;
    if (!status)
        memory->bursts[memory->tail++ % memory->room] =
            (brds_burst){place, p->m_arlen + 1u, cycle + memory->latency};
    return status;
}

static void give_data(brds_memory *memory, uint64_t cycle)
{
    brds_burst *burst = oldest(memory);
    memory->next = cycle + memory->interval;
    memory->offered = false;
    burst->place += (uint64_t)memory->width;
    if (--burst->left == 0)
        memory->head++;
}

brds_status brds_memory_cycle(brds_memory *memory, uint64_t cycle, const struct brds_pins *pins,
                              brds_diag *diag)
{
    const struct brds_pins *q = &memory->held;
    brds_status status = BRDS_OK;
    if (!memory->bytes)
        return BRDS_OK;
    if (q->m_arvalid && !q->m_arready &&
        (!pins->m_arvalid || pins->m_araddr != q->m_araddr || pins->m_arlen != q->m_arlen))
        status = refuse("changed while it waited", cycle, pins, diag);
    if (pins->m_rvalid && pins->m_rready)
        give_data(memory, cycle);
    if (!status && pins->m_arvalid && pins->m_arready)
        status = take_address(memory, cycle, pins, diag);
    memory->held = *pins;
    return status;
}
