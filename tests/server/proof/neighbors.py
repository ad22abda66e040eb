"""neighbors - two processes on one PostgreSQL: how soon one knows what the other ended (T11)."""
import json
import shutil
import time
import uuid

from harness import Skipped, expect, histogram, quantile, remake, request_bytes, tokens

LOGOUTS = 1000
LOGOUTS_IN_CHECK = 200
ROUNDS = 3
ROUNDS_IN_BOUNDS = 2
PACE_S = 0.003
SECRET = b"a secret that the two processes share, 42"


def pair(bench):
    """Two processes that share database, master key and an HS256 secret known here."""
    if not bench.is_postgres:
        raise Skipped("SQLite has one process")
    secret = bench.folder / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    first = bench.server("first", alg="HS256", secret_file=secret)
    first.start()
    shutil.copytree(first.data, bench.folder / "second",
                    ignore=shutil.ignore_patterns("*.sock", "*.lock", "lock", "address*"))
    second = bench.server("second", alg="HS256", secret_file=secret)
    second.start()
    return first, second


def sessions(bench, server, count):
    """Access tokens of so many sessions: one by login, the others as copies of its row, for a
    login costs a password hash. Their tokens are signed with the secret."""
    own = tokens(server.client().register(f"neighbor-{uuid.uuid4().hex[:12]}"), 201)
    made = bench.sql(f"""
        CREATE TEMPORARY TABLE copies AS SELECT sessions.* FROM sessions, generate_series(1, {count})
            WHERE id = '{own["session"]["id"]}';
        UPDATE copies SET id = gen_random_uuid();
        INSERT INTO sessions SELECT * FROM copies;
        SELECT id FROM copies;""")
    return [remake(own["access_token"], SECRET, sid=row[0], jti=row[0]) for row in made]


class Watch:
    """Ends sessions at one process and asks the other until it refuses them too."""

    def __init__(self, first, second):
        self.ending = first.client()
        self.asking = second.client()
        self.waiting = []
        self.late_ms = []

    def end(self, token):
        answer = self.ending.ask("POST", "/v1/logout", {}, bearer=token)
        expect(answer.status == 200 and answer.json["revoked"] == 1, "logout:", answer)
        self.waiting.append((token, time.monotonic()))

    def ask(self):
        """One look at each that is still accepted."""
        left = []
        for token, ended in self.waiting:
            status = self.asking.verify(token).status
            if status == 401:
                self.late_ms.append((time.monotonic() - ended) * 1000)
            else:
                expect(status == 200, "verify answered", status)
                left.append((token, ended))
        self.waiting = left

    def run(self, every):
        due = time.monotonic()
        for token in every:
            self.ask()
            while time.monotonic() < due:
                self.ask()
            self.end(token)
            due = max(due + PACE_S, time.monotonic())
        while self.waiting:
            expect(time.monotonic() - self.waiting[0][1] < 10, "accepted 10 s after its logout")
            self.ask()
        return self.late_ms


def measure(bench, first, second, name):
    count = LOGOUTS if bench.options.thorough else LOGOUTS_IN_CHECK
    every = sessions(bench, first, count)
    late = Watch(first, second).run(every)
    expect(len(late) == len(every), "a logout was not seen")
    bench.note(f"visibility {name}: {len(late)} logouts, p50 {quantile(late, 0.5):.1f} ms, "
               f"p99 {quantile(late, 0.99):.1f} ms, most {max(late):.1f} ms; ms {histogram(late)}")
    return late


def stays_within(bench, first, second, name, bound_ms):
    """Another program on the machine can only make it slower: one round of three may be out of
    bounds. In make check the first in bounds stands for itself; else both others must be. The
    delays of the last round."""
    p99s = []
    while len(p99s) < ROUNDS:
        late = measure(bench, first, second, name)
        p99s.append(quantile(late, 0.99))
        if not bench.options.thorough and p99s[0] <= bound_ms:
            break
    good = sum(p99 <= bound_ms for p99 in p99s)
    expect(good >= min(ROUNDS_IN_BOUNDS, len(p99s)), "p99", [f"{p99:.1f} ms" for p99 in p99s], name,
           f"at most {bound_ms} ms expected in {ROUNDS_IN_BOUNDS} of {ROUNDS} rounds")
    return late


def visibility(bench):
    """Logouts (1,000 in check-all) are seen by the second: p99 50 ms with NOTIFY, 400 ms without"""
    first, second = pair(bench)
    for token in sessions(bench, first, 3):
        expect(second.client().verify(token).status == 200, "the second process refuses it")
    stays_within(bench, first, second, "with NOTIFY", 50)

    # pg_notify of another schema is found first: nothing is told, and nothing else changes.
    name = bench.url.split("/")[3].split("?")[0]
    bench.sql(f"""
        CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
        ALTER DATABASE {name} SET search_path = public, pg_catalog;""")
    first.stop()
    first.start()
    late = stays_within(bench, first, second, "by polling", 400)
    expect(quantile(late, 0.5) > 20, "NOTIFY was not cut off: the median is", quantile(late, 0.5))


def late_transaction(bench):
    """An entry whose number was taken early and committed late arrives all the same"""
    first, second = pair(bench)
    slow, *others = sessions(bench, first, 9)
    sid = json.loads(first.client().ask("GET", "/v1/me", bearer=slow).body)["session_id"]
    # The number is taken by the INSERT; this runs at COMMIT.
    bench.sql(f"""
        CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.key = decode('{sid.replace("-", "")}', 'hex') THEN PERFORM pg_sleep(1.2); END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON revocations DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION dawdle();""")
    clients = [first.client() for _ in others] + [first.client()]
    clients[-1].send(request_bytes("POST", "/v1/logout", {}, bearer=slow))
    time.sleep(0.2)
    for client, token in zip(clients, others):
        client.send(request_bytes("POST", "/v1/logout", {}, bearer=token))
    began = time.monotonic()
    for client in clients:
        answer = client.receive()
        expect(answer.status == 200, "logout:", answer)
    expect(time.monotonic() - began > 0.5, "no commit was delayed")
    time.sleep(0.6)
    for token in [slow, *others]:
        expect(second.client().verify(token).status == 401, "the second process never heard of it")
    rows = bench.sql("SELECT seq, encode(key, 'hex') FROM revocations ORDER BY seq")
    expect(rows[0][1] == sid.replace("-", ""), "the slow one did not take the first number")
    bench.note(f"late transaction: number {rows[0][0]} committed 1.2 s after it was taken, "
               f"{len(others)} logouts meanwhile, all {len(rows)} seen")


PROOFS = [visibility, late_transaction]
