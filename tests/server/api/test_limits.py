#!/usr/bin/python3
"""Buckets, proxies and addresses (T01, T05, T39)."""
import concurrent.futures
import time

from kit import PASSWORD, SLOWER, Server, check, main, same

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
        assert slowest < SLOWER, f"a refresh took {slowest:.2f} s"
    finally:
        server.close()


if __name__ == "__main__":
    main(globals(), S)
