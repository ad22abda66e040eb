"""loads - more than it can do: slow clients, four times the logins, and what time gives away."""
import math
import resource
import select
import socket
import statistics
import time

from harness import PASSWORD, Skipped, expect, quantile, request_bytes, tokens

SLOW_CLIENTS = 1000
SLOW_LIMIT_S = 75    # three times the 15 s of an idle connection, and some air
SAMPLES = 1000       # logins of each kind whose time is compared
T_LIMIT = 4.5        # of Welch's t, as dudect has it
OVERLOAD_S = 8
WORKER_IDLE_S = 30


def latencies(client, send, count):
    times = []
    for _ in range(count):
        began = time.perf_counter()
        send(client)
        times.append((time.perf_counter() - began) * 1000)
    return times


def slow_clients(bench):
    """1,000 clients that send a byte now and then are ended, and others do not notice"""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < SLOW_CLIENTS + 200:
        raise Skipped(f"{hard} open files are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = bench.server(tcp=True)
    server.start()
    own = tokens(server.client().register("quick"), 201)
    slow = []
    for _ in range(SLOW_CLIENTS):
        each = socket.create_connection(server.address)
        each.sendall(b"POST /v1/login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        slow.append(each)
    began, next_byte, times = time.monotonic(), 0.0, []
    quick = server.client()
    while slow and time.monotonic() - began < SLOW_LIMIT_S:
        answer_began = time.perf_counter()
        expect(quick.verify(own["access_token"]).status == 200, "verify beside slow clients")
        times.append((time.perf_counter() - answer_began) * 1000)
        ended, _, _ = select.select(slow[:900], [], [], 0.02)
        for each in ended:
            slow.remove(each)
            each.close()
        if time.monotonic() > next_byte:
            next_byte = time.monotonic() + 3
            slow = [each for each in slow if drip(each)]
    expect(not slow, len(slow), "slow clients still connected after", SLOW_LIMIT_S, "s")
    bench.note(f"{SLOW_CLIENTS} slow clients ended after {time.monotonic() - began:.0f} s; "
               f"verify beside them: p50 {quantile(times, 0.5):.1f} ms, "
               f"p99 {quantile(times, 0.99):.1f} ms")
    expect(quantile(times, 0.99) < 100, "verify was held up")


def drip(each):
    try:
        each.sendall(b"a")
        return True
    except OSError:
        each.close()
        return False


def overload(bench):
    """Four times the logins that can be hashed: 503 with Retry-After, refresh and verify go on"""
    server = bench.server()
    server.start()
    at_rest = server.threads()
    client = server.client()
    own = tokens(client.register("busy"), 201)
    chain = [own["refresh_token"]]

    def refresh(of):
        chain.append(tokens(of.refresh(chain[-1]))["refresh_token"])

    def verify(of):
        expect(of.verify(own["access_token"]).status == 200, "verify beside the logins")

    login_ms = latencies(client, lambda of: tokens(of.login("busy")), 20)
    quick = {"refresh": refresh, "verify": verify}
    alone = {name: latencies(client, send, 400) for name, send in quick.items()}
    rate = 4 * 2 * 1000 / statistics.median(login_ms)
    fleet, counts = [server.client() for _ in range(128)], {}
    under = {name: [] for name in quick}
    idle, busy = list(fleet), {}
    login = request_bytes("POST", "/v1/login", {"login": "busy", "password": PASSWORD})
    began = time.monotonic()
    sent = 0
    while time.monotonic() - began < OVERLOAD_S:
        while idle and sent < (time.monotonic() - began) * rate:
            each = idle.pop()
            each.send(login)
            busy[each.socket] = each
            sent += 1
        for name, send in quick.items():
            under[name] += latencies(client, send, 1)
        ready, _, _ = select.select(list(busy), [], [], 0)
        for one in ready:
            each = busy.pop(one)
            note_login(each.receive(), counts)
            idle.append(each)
    for each in busy.values():
        note_login(each.receive(), counts)
    expect(counts.get(503, 0) > 0 and counts.get(200, 0) > 0, "logins were answered with", counts)
    bench.note(f"overload: {sent / OVERLOAD_S:.0f} logins/s offered, answers {counts}")
    for name in quick:
        p99 = quantile(under[name], 0.99)
        bench.note(f"overload: {name} p99 {quantile(alone[name], 0.99):.2f} ms alone, {p99:.2f} ms "
                   f"under it ({len(under[name])} of them)")
        expect(p99 < 100, name, "was held up")
    busiest = server.threads()
    expect(busiest > at_rest, busiest, "threads, as many as at the start: that was no overload")
    time.sleep(WORKER_IDLE_S + 2)
    expect(server.threads() == at_rest, server.threads(), "threads stay, at first there were", at_rest)


def note_login(answer, counts):
    counts[answer.status] = counts.get(answer.status, 0) + 1
    expect(answer.status in (200, 503), "a login under load was answered with", answer)
    if answer.status == 503:
        expect(int(answer.headers.get("retry-after", 0)) > 0, "503 without Retry-After")
        expect(answer.code == "hash_queue_full", answer)


def welch(one, other):
    """Welch's t of two samples without their slowest tenth: noise comes on top only."""
    one, other = (sorted(each)[:len(each) * 9 // 10] for each in (one, other))
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.mean(one) - statistics.mean(other)) / math.sqrt(spread)


def timing(bench):
    """An unknown user takes the time of a known one, and gets the same answer (T03, T04)"""
    server = bench.server()
    server.start()
    client = server.client()
    tokens(client.register("known"), 201)
    samples = {"known": [], "nobody": []}
    bodies = set()
    # In an order of chance: taken in turns, the one name would always be the one worker's.
    order = SAMPLES * list(samples)
    bench.random.shuffle(order)
    for index, name in enumerate(order[:20] + order):
        began = time.perf_counter()
        answer = client.login(name, "not the password of it")
        spent = time.perf_counter() - began
        body = answer.json
        body.pop("request_id", None)
        bodies.add((answer.status, str(sorted(body.items()))))
        if index >= 20:
            samples[name].append(spent * 1000)
    t = welch(samples["known"], samples["nobody"])
    bench.note(f"timing: {SAMPLES} logins each, known {statistics.median(samples['known']):.2f} ms, "
               f"unknown {statistics.median(samples['nobody']):.2f} ms, t = {t:.2f}")
    expect(len(bodies) == 1, "different answers:", bodies)
    expect(abs(t) < T_LIMIT, f"t = {t:.2f}: the time tells them apart")


PROOFS = [slow_clients, overload, timing]
