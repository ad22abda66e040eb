/* json_names.c - no name twice in an object; see json_names.h.
 *
 * Few names are compared in pairs. Many are sorted first, by a heap sort that needs no more than
 * an array of indexes: a quadratic walk over thousands of names would be a gift to an attacker.
 */
#include "codec/json_names.h"

#define PAIRS_MAX 24u

size_t lan_json_names_mem(size_t values)
{
    /* Of all objects only the largest counts: each gives its memory back. */
    return values > PAIRS_MAX ? LAN_ARENA_COST(values * sizeof(uint32_t)) : 0;
}

static lan_str names_at(const lan_json_node *nodes, uint32_t node)
{
    return (lan_str){ nodes[node].name, nodes[node].name_len };
}

static lanyard_status names_fail(const lan_json_node *nodes, uint32_t later, lan_json_fault *fault)
{
    *fault = (lan_json_fault){ nodes[later].start, "a member that stands twice" };
    return LANYARD_E_JSON_DUPLICATE;
}

/* Length, first and last byte: most names that differ do so in one of these. */
static uint32_t names_digest(lan_str name)
{
    uint32_t len = (uint32_t)name.len << 16;

    return name.len == 0
               ? 0
               : len | (uint32_t)(uint8_t)name.ptr[0] << 8 | (uint8_t)name.ptr[name.len - 1];
}

static lanyard_status names_check_pairs(const lan_json_node *nodes, uint32_t object,
                                        lan_json_fault *fault)
{
    uint32_t digests[PAIRS_MAX];
    uint32_t seen[PAIRS_MAX];
    size_t count = 0;

    for (uint32_t node = object + 1; node < nodes[object].next; node = nodes[node].next) {
        uint32_t digest = names_digest(names_at(nodes, node));

        for (size_t i = 0; i < count; i++)
            if (digests[i] == digest && lan_str_eq(names_at(nodes, seen[i]), names_at(nodes, node)))
                return names_fail(nodes, node, fault);
        digests[count] = digest;
        seen[count++] = node;
    }
    return LANYARD_OK;
}

/* By name, and of two of the same name the earlier first. */
static bool names_is_before(const lan_json_node *nodes, uint32_t left, uint32_t right)
{
    int order = lan_str_compare(names_at(nodes, left), names_at(nodes, right));

    return order != 0 ? order < 0 : left < right;
}

/* Lets the entry at root sink until no child is greater. */
static void names_sink(const lan_json_node *nodes, uint32_t *heap, size_t root, size_t count)
{
    for (size_t child = 2 * root + 1; child < count; root = child, child = 2 * root + 1) {
        if (child + 1 < count && names_is_before(nodes, heap[child], heap[child + 1]))
            child++;
        if (names_is_before(nodes, heap[child], heap[root]))
            return;

        uint32_t swapped = heap[root];

        heap[root] = heap[child];
        heap[child] = swapped;
    }
}

static void names_sort(const lan_json_node *nodes, uint32_t *heap, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        names_sink(nodes, heap, i, count);
    for (size_t left = count; left-- > 1;) {
        uint32_t greatest = heap[0];

        heap[0] = heap[left];
        heap[left] = greatest;
        names_sink(nodes, heap, 0, left);
    }
}

/* The first member in the text whose name stood before, or LAN_JSON_NONE. */
static uint32_t names_first_repeated(const lan_json_node *nodes, const uint32_t *sorted,
                                     size_t count)
{
    uint32_t earliest = LAN_JSON_NONE;

    for (size_t i = 1; i < count; i++) {
        bool is_repeated = lan_str_eq(names_at(nodes, sorted[i - 1]), names_at(nodes, sorted[i]));

        if (is_repeated && (earliest == LAN_JSON_NONE || sorted[i] < earliest))
            earliest = sorted[i];
    }
    return earliest;
}

lanyard_status lan_json_check_names(lan_arena *arena, const lan_json_node *nodes, uint32_t object,
                                    lan_str source, lan_json_fault *fault)
{
    size_t count = nodes[object].count;
    size_t filled = 0;

    if (count <= PAIRS_MAX)
        return names_check_pairs(nodes, object, fault);

    lan_mark mark = lan_arena_mark(arena);
    uint32_t *sorted = lan_arena_alloc(arena, count * sizeof *sorted);

    if (!sorted) {
        *fault = (lan_json_fault){ source.len, "no memory" };
        return LANYARD_E_NO_MEMORY;
    }
    for (uint32_t node = object + 1; node < nodes[object].next; node = nodes[node].next)
        sorted[filled++] = node;
    names_sort(nodes, sorted, count);

    uint32_t repeated = names_first_repeated(nodes, sorted, count);

    lan_arena_rewind(arena, mark);
    return repeated == LAN_JSON_NONE ? LANYARD_OK : names_fail(nodes, repeated, fault);
}
