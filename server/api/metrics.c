/* metrics.c - what /metrics says (OpenMetrics 1.0). */
#include <stdio.h>
#include <string.h>
#include "api/api.h"

typedef struct metrics_row {
    const char *name; /* with _total for a counter's sample */
    const char *type;
    const char *help;
    double value;
} metrics_row;

static srv_status metrics_add(lanyard_buf *out, const char *text)
{
    lanyard_status status = lanyard_buf_add(out, text, strlen(text));

    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, status);
}

static srv_status metrics_head(lanyard_buf *out, const char *name, const char *type,
                               const char *help)
{
    char text[256];

    snprintf(text, sizeof text, "# TYPE lanyardd_%s %s\n# HELP lanyardd_%s %s\n", name, type, name,
             help);
    return metrics_add(out, text);
}

static srv_status metrics_rows(lanyard_buf *out, const metrics_row *rows, size_t count)
{
    char text[128];

    for (size_t i = 0; i < count; i++) {
        bool is_counter = strcmp(rows[i].type, "counter") == 0;

        TRY(metrics_head(out, rows[i].name, rows[i].type, rows[i].help));
        snprintf(text, sizeof text, "lanyardd_%s%s %.17g\n", rows[i].name,
                 is_counter ? "_total" : "", rows[i].value);
        TRY(metrics_add(out, text));
    }
    return SRV_OK;
}

/* Only what happened: most of the table's cells stay 0 for ever. */
static srv_status metrics_route(const srv_api *api, size_t index, lanyard_buf *out)
{
    const api_route *route = api_route_at(index);
    char text[192];

    for (int class = 1; class < API_CLASSES; class ++) {
        unsigned long long count = atomic_load(&api->counts->answers[index][class]);

        if (count == 0)
            continue;
        snprintf(text, sizeof text,
                 "lanyardd_answers_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %llu\n",
                 route->method, route->path, class, count);
        TRY(metrics_add(out, text));
    }
    return SRV_OK;
}

static srv_status metrics_answers(const srv_api *api, lanyard_buf *out)
{
    TRY(metrics_head(out, "answers", "counter", "Answers by route and class of status."));
    for (size_t i = 0; api_route_at(i); i++)
        TRY(metrics_route(api, i, out));
    return SRV_OK;
}

srv_status api_metrics(const srv_api *api, http_listener *listener, const hash_pool *hashes,
                       lanyard_buf *out)
{
    http_stats http;
    hash_stats hash;
    double requests = 0;

    http_read_stats(listener, &http);
    hash_pool_stats(hashes, &hash);
    for (int class = 1; class < API_CLASSES; class ++)
        requests += (double)http.answers[class];

    const metrics_row rows[] = {
        { "requests", "counter", "Requests answered.", requests },
        { "request_seconds", "counter", "Time spent on them in all.", (double)http.spent_us / 1e6 },
        { "connections", "gauge", "Open connections.", http.connections },
        { "waiting", "gauge", "Requests that wait for a worker.", http.waiting },
        { "parked", "gauge", "Requests that wait for news, or for the logins before them.",
          http.parked },
        { "slow_ended", "counter", "Connections ended for slowness.", (double)http.too_slow },
        { "turned_away", "counter", "Requests refused because the queue was full.",
          (double)http.turned_away },
        { "rate_limited", "counter", "Attempts refused by the buckets.",
          (double)atomic_load(&api->counts->rate_limited) },
        { "hashes", "counter", "Passwords hashed.", (double)hash.done },
        { "hashes_refused", "counter", "Logins refused because the queue was full.",
          (double)hash.refused },
        { "hashes_waiting", "gauge", "Logins that wait for a hash worker.", hash.waiting },
        { "tape_entries", "gauge", "Revocations in memory.", (double)tape_count(api->tape) },
        { "tape_lag_seconds", "gauge", "Since revocations were last read.",
          (double)tape_lag(api->tape) / 1e6 },
    };

    TRY(metrics_answers(api, out));
    TRY(metrics_rows(out, rows, sizeof rows / sizeof *rows));
    return metrics_add(out, "# EOF\n");
}
