/* main.c - lanyard-bench-peers: a verification by other libraries, in turns with ours. */
#include <stdio.h>
#include "../count.h"
#include "../fail.h"
#include "../rows.h"
#include "peers.h"

#define SECONDS 1.0

static const bench_peer *const peers[] = {
#ifdef BENCH_WITH_CJOSE
    &bench_peer_cjose,
#endif
#ifdef BENCH_WITH_LIBJWT
    &bench_peer_libjwt,
#endif
    NULL
};

static void peer_measure(const bench_peer *peer, const bench_subject *subject)
{
    bench_job job = { .subject = subject,
                      .mem = { .worker = subject->worker },
                      .worker = subject->worker };
    void *state = peer->prepare(subject);
    bench_times times = bench_measure((bench_op){ bench_kind_at(0)->run, &job },
                                      (bench_op){ peer->verify, state }, SECONDS);

    printf("verify  %-10s %-8s %10.0f %10.0f %7.2f\n", subject->alg->name, peer->name, times.ns,
           times.floor_ns, times.floor_ns / times.ns);
    peer->done(state);
}

int main(void)
{
    const lanyard_alg_info *alg = NULL;

    if (!peers[0]) {
        printf("no other library is installed (libcjose-dev, libjwt-dev)\n");
        return 0;
    }
    printf("%-7s %-10s %-8s %10s %10s %7s\n", "op", "alg", "peer", "ours ns", "its ns", "ratio");
    for (size_t i = 0; (alg = lanyard_alg_at(i)); i++) {
        if (!lanyard_alg_is_available(alg->name))
            continue;

        bench_subject *subject = bench_subject_new(alg);

        for (const bench_peer *const *peer = peers; *peer; peer++)
            if ((*peer)->knows(alg->name))
                peer_measure(*peer, subject);
        bench_subject_free(subject);
    }
    return 0;
}
