"""races - many clients with the same refresh token at once (T08, T09, T10)."""
from harness import PASSWORD, expect, generation, request_bytes, tokens

CLIENTS = 64
SESSIONS = 200
RACES_WITH_LOGOUT = 40


def sessions(bench, server, count):
    """So many sessions of a few users; a bounded number of logins at once."""
    fleet = [server.client() for _ in range(4)]
    tokens(fleet[0].register("racer"), 201)
    made = []
    login = request_bytes("POST", "/v1/login", {"login": "racer", "password": PASSWORD})
    while len(made) < count:
        for client in fleet:
            client.send(login)
        made += [tokens(client.receive()) for client in fleet]
    for client in fleet:
        client.close()
    return made[:count]


def refresh_bytes(token):
    return request_bytes("POST", "/v1/refresh", {"refresh_token": token})


def judge(parent, answers):
    """All hold one and the same child, one generation on; the child's TokenSet."""
    sets = [tokens(answer) for answer in answers]
    children = {each["refresh_token"] for each in sets}
    expect(len(children) == 1, len(children), "different children of one parent")
    child = children.pop()
    expect(generation(child) == generation(parent) + 1, "generation", generation(child),
           "follows", generation(parent))
    return sets[0]


def at_once(fleet, parent):
    data = refresh_bytes(parent["refresh_token"])
    for client in fleet:
        client.send(data)
    return judge(parent["refresh_token"], [client.receive() for client in fleet])


def one_generation(bench):
    """64 clients refresh each of 200 sessions: one generation, one token for all"""
    server = bench.server()
    server.start()
    live = sessions(bench, server, SESSIONS)
    fleet = [server.client() for _ in range(CLIENTS)]
    live = [at_once(fleet, each) for each in live]

    if bench.options.thorough:
        live = each_in_its_order(bench, fleet, live)
    for child in live:
        expect(fleet[0].verify(child["access_token"]).status == 200, "a child does not verify")

    logout_races(bench, fleet, live[:RACES_WITH_LOGOUT])
    bench.note(f"{CLIENTS} clients, {SESSIONS} sessions, {RACES_WITH_LOGOUT} races with logout")
    expect(server.stop() == 0, "exit status after SIGTERM")


def each_in_its_order(bench, fleet, live):
    """Again, each client in an order of its own: few meet at the same session."""
    orders = [bench.random.sample(range(SESSIONS), SESSIONS) for _ in fleet]
    answers = [[] for _ in live]
    for step in range(SESSIONS):
        for client, order in zip(fleet, orders):
            client.send(refresh_bytes(live[order[step]]["refresh_token"]))
        for client, order in zip(fleet, orders):
            answers[order[step]].append(client.receive())
    return [judge(each["refresh_token"], got) for each, got in zip(live, answers)]


def logout_races(bench, fleet, live):
    """Refreshes around a logout: whatever they were given is dead when it has answered."""
    for each in live:
        place = bench.random.randrange(CLIENTS)
        refresh = refresh_bytes(each["refresh_token"])
        logout = request_bytes("POST", "/v1/logout", {}, bearer=each["access_token"])
        for index, client in enumerate(fleet):
            client.send(logout if index == place else refresh)
        expect(fleet[place].receive().status == 200, "a logout in a race was refused")
        given = [client.receive() for index, client in enumerate(fleet) if index != place]
        given = [answer.json for answer in given if answer.status == 200]
        for got in given[:1] + given[-1:] + [each]:
            expect(fleet[0].verify(got["access_token"]).status == 401, "access after logout")
            answer = fleet[0].refresh(got["refresh_token"])
            expect(answer.code == "session_ended", "refresh after logout:", answer)


PROOFS = [one_generation]
