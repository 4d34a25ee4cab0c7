/* SPDX-License-Identifier: Apache-2.0
 *
 * _exit for programs that count what they execute: the counts are written before, which the C library
 * does only for exit.  Linked with -Wl,--wrap=_exit.
 */
void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
void inject_end(void) __attribute__((weak)); /* verif/inject: calls do not fail any longer */

_Noreturn void __wrap__exit(int status)
{
    if (inject_end) {
        inject_end();
    }
    __gcov_dump();
    __real__exit(status);
}
