/* defense.h - single defenses that a test build leaves out, to show that their tests would notice.
 *
 * Nothing but -Dwithout=T10 (meson_options.txt) sets it, and tests/server/without builds so; else
 * DEFENDS() is true and costs nothing. Numbers are those of tests/threats.tsv.
 */
#ifndef SERVER_BASE_DEFENSE_H
#define SERVER_BASE_DEFENSE_H

#ifndef LANYARD_WITHOUT
#define LANYARD_WITHOUT 0
#endif

#define DEFENDS(number) (LANYARD_WITHOUT != (number))

#endif
