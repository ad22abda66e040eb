#!/usr/bin/python3
"""Buckets, proxies and addresses (T01, T05, T39)."""
import concurrent.futures
import subprocess
import time

from kit import PASSWORD, PROGRAM, Server, check, main, same

S = Server(limits=False, behind_proxy=True, trusted_proxies="127.0.0.1", failures_pair=10,
           failures_account=30, failures_prefix=300, registrations_prefix=60)


def at(address):
    return {"X-Forwarded-For": address}


def register(name, address):
    body = {"username": name, "password": PASSWORD}
    return S.ask("POST", "/v1/register", body, at(address))


def login(name, password, address):
    return S.ask("POST", "/v1/login", {"login": name, "password": password}, at(address))


def test_t01_guesses_are_few_and_the_owner_gets_in():
    check(register("victim", "192.0.2.1"), 201)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda n: login("victim", f"guess {n} of very many", "198.51.100.7"),
                              range(300)))
    wrong = [answer for answer in found if answer.status == 401]
    limited = [answer for answer in found if answer.status == 429]
    same(len(wrong) + len(limited), 300)
    assert 1 <= len(wrong) <= 11, f"{len(wrong)} guesses were hashed"
    assert all(int(answer.header("Retry-After")) >= 1 for answer in limited)
    same(limited[0].code, "rate_limited")
    check(login("victim", PASSWORD, "192.0.2.1"), 200)


def test_t01_one_prefix_is_one():
    check(register("victim2", "192.0.2.2"), 201)
    statuses = [login("victim2", "not the pass phrase", f"203.0.113.{n}").status for n in range(14)]
    assert 429 in statuses and statuses.index(429) <= 11, statuses


def test_successes_cost_nothing():
    check(register("often", "192.0.2.3"), 201)
    for _ in range(40):
        check(login("often", PASSWORD, "198.51.101.1"), 200)


# Nobody has a password that long, so it is refused without the work of a hash.
LONG = "x" * 1025


def test_t01_one_account_from_many_prefixes_is_one():
    """Each prefix stays below its ten."""
    check(register("victim3", "192.0.2.8"), 201)
    start = time.monotonic()
    statuses = [login("victim3", LONG, f"198.51.{110 + n % 6}.1").status
                for n in range(48)]
    same(set(statuses), {401, 429})
    most = 30 + (time.monotonic() - start) * 30 / 60 + 1
    assert 30 <= statuses.index(429) <= most, f"the first was refused after {statuses.index(429)}"


def test_t01_many_accounts_from_one_prefix_are_one():
    start = time.monotonic()
    found = []
    while 429 not in found and len(found) < 600:
        n = len(found)
        found.append(login(f"nobody-{n}", LONG, f"198.51.120.{n % 256}").status)
    most = 300 + (time.monotonic() - start) * 300 / 60 + 1
    assert 300 <= len(found) - 1 <= most, f"the first was refused after {len(found) - 1}"
    check(login("nobody-0", LONG, "198.51.121.1"), 401)


def test_the_limits_are_those_of_the_page():
    """Also when nobody sets them: the server of these tests has the same by its options."""
    shown = subprocess.run([PROGRAM, "--print-config"], capture_output=True, text=True, check=True).stdout
    for name, number in (("failures-pair", 10), ("failures-account", 30), ("failures-prefix", 300),
                         ("registrations-prefix", 60)):
        same((name, S.options[name.replace("_", "-")]), (name, number))
        assert f"{name} = {number}\n" in shown, f"{name} is not {number} by default"


def at_once(number, ask):
    with concurrent.futures.ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: ask(), range(number)))


def test_successes_at_once_cost_nothing():
    check(register("throng", "192.0.2.9"), 201)
    same({answer.status for answer in at_once(40, lambda: login("throng", PASSWORD, "198.51.101.2"))},
         {200})
    token = login("throng", PASSWORD, "198.51.101.2").json["access_token"]
    client = S.client("introspect:any revocations")
    for ask in (lambda: S.ask("POST", "/oauth/introspect", form={"token": token}, basic=client),
                lambda: S.ask("GET", "/v1/revocations", basic=client)):
        same({answer.status for answer in at_once(40, ask)}, {200})


def test_logins_that_wait_are_told_when_the_server_stops():
    """Those beyond ten are parked; none gets an answer that says nothing."""
    server = Server(limits=False, hash_workers=1, hash_queue=16)
    try:
        name = server.register()["name"]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            jobs = [pool.submit(server.login, name) for _ in range(40)]
            while "lanyardd_parked 0\n" in server.admin_socket("/metrics"):
                assert not all(job.done() for job in jobs), "nobody waited"
            same(server.stop(), 0)
            found = [job.result() for job in jobs if not job.exception()]
        same({answer.status for answer in found}, {200, 503})
        for answer in found:
            check(answer, answer.status, None if answer.status == 200 else "hash_queue_full")
            assert answer.status == 503 or answer.json["access_token"]
    finally:
        server.close()


def introspect(client, secret, address):
    return S.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=(client, secret),
                 headers=at(address))


def test_wrong_secrets_of_clients_are_few():
    client, secret = S.client()
    statuses = [introspect(client, "wrong", "198.51.102.1").status for _ in range(14)]
    assert 429 in statuses and 10 <= statuses.index(429) <= 11, statuses
    limited = check(introspect(client, secret, "198.51.102.1"), 429)
    same(limited.json["error"], "slow_down")
    assert int(limited.header("Retry-After")) >= 1
    check(introspect(client, secret, "198.51.103.1"), 200)


def test_a_client_and_a_user_of_the_same_name_are_two():
    secret = S.admin("clients", "create", "--id", "namesake")["secret"]
    check(register("namesake", "192.0.2.10"), 201)
    for _ in range(10):
        login("namesake", "not the pass phrase", "198.51.104.1")
    check(login("namesake", PASSWORD, "198.51.104.1"), 429)
    check(introspect("namesake", secret, "198.51.104.1"), 200)


def test_the_wait_grows_and_ends():
    server = Server(limits=False, failures_pair=60)
    try:
        name = server.register()["name"]
        waits = []
        while len(waits) < 3:
            answer = server.login(name, "not the pass phrase")
            if answer.status == 429:
                waits.append(int(answer.header("Retry-After")))
                time.sleep(waits[-1] + 0.1)
        same(waits, sorted(waits))
        assert waits[0] <= 2 and waits[-1] > waits[0], waits
        check(server.login(name), 200)
    finally:
        server.close()


def test_registrations_are_limited():
    found = [S.ask("POST", "/v1/register", {"username": "!", "password": PASSWORD},
                   at("198.51.103.9")).status for _ in range(70)]
    same((found[0], found[-1]), (422, 429))
    same(found.index(429), 60)


def test_t39_forwarded_addresses_count_from_trusted_proxies_only():
    cases = (("192.0.2.50", "192.0.2.50"), ("1.1.1.1, 192.0.2.51", "192.0.2.51"),
             ("192.0.2.52, 127.0.0.1", "192.0.2.52"), ("not-an-address", "127.0.0.1"),
             ("192.0.2.53, nonsense", "127.0.0.1"), ("2001:db8:1::5", "2001:db8:1::5"),
             ("::ffff:192.0.2.54", "192.0.2.54"))
    user = register("roams", "192.0.2.5").json
    for header, expected in cases:
        token = login("roams", PASSWORD, header).json["access_token"]
        items = S.ask("GET", "/v1/sessions", token=token).json["items"]
        same((header, [item["ip"] for item in items if item["current"]]), (header, [expected]))
    assert user["access_token"]


def test_t39_nobody_is_trusted_by_default():
    server = Server()
    try:
        token = server.ask("POST", "/v1/register", {"username": "liar-1", "password": PASSWORD},
                           at("192.0.2.99")).json["access_token"]
        items = server.ask("GET", "/v1/sessions", token=token).json["items"]
        same(items[0]["ip"], "127.0.0.1")
    finally:
        server.close()


def test_t05_a_full_hash_queue_is_told_and_refresh_goes_on():
    server = Server(hash_workers=1, hash_queue=2)
    try:
        user = server.register()
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            logins = [pool.submit(server.login, user["name"]) for _ in range(120)]
            token, slowest = user["refresh_token"], 0
            while not all(job.done() for job in logins):
                start = time.monotonic()
                token = check(server.refresh(token), 200).json["refresh_token"]
                slowest = max(slowest, time.monotonic() - start)
            found = [job.result() for job in logins]
        full = [answer for answer in found if answer.status == 503]
        assert full, "the queue was never full"
        same({answer.status for answer in found}, {200, 503})
        same(full[0].code, "hash_queue_full")
        assert full[0].header("Retry-After"), "503 says when to come back"
        assert slowest < 1.0, f"a refresh took {slowest:.2f} s"
    finally:
        server.close()


if __name__ == "__main__":
    main(globals(), S)
