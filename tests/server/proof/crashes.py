"""crashes - kill -9 under load, and a checker of what the clients saw (T46).

Every client thread owns a few sessions and writes down what it asked and what it was told. What
an answer acknowledged must hold in the next life of the process; what was asked and not answered
may have happened or not, but one of the two. After each start the checker asks about every
session that changed, and at the end about all.
"""
import random
import threading
import time

from harness import PASSWORD, Broken, Failed, expect, generation, tokens

THREADS = 8
SESSIONS_EACH = 6
SESSIONS_LEAST = 3
LOAD_S = (0.02, 0.22)  # from ready to kill
ASKED_OF_OLD = 12      # sessions that ended in earlier lives, asked about again in each
GRACE_S = 300          # a slow machine must not turn a retry into a theft


class Session:
    """What one client knows of one session."""

    def __init__(self, given):
        self.id = given["session"]["id"]
        self.access = given["access_token"]
        self.chain = [given["refresh_token"]]  # each acknowledged one, the first to the newest
        self.children = {}                     # parent -> child, as told
        self.is_asked = False                  # a refresh was sent and not answered
        self.is_ending = False                 # an end was sent and not answered
        self.is_ended = False                  # an end was acknowledged

    def learn(self, parent, given):
        child = given["refresh_token"]
        known = self.children.setdefault(parent, child)
        expect(known == child, "one secret was spent twice: two children of generation",
               generation(parent))
        expect(generation(child) == generation(parent) + 1, "a child skipped a generation")
        if self.chain[-1] == parent:
            self.chain.append(child)
        self.access = given["access_token"]
        self.is_asked = False


class Owner(threading.Thread):
    """One client: draws what to do next until its connection breaks."""

    def __init__(self, server, name, seed, sessions):
        super().__init__(daemon=True)
        self.server = server
        self.name = name
        self.random = random.Random(seed)
        self.sessions = sessions
        self.ended = []
        self.requests = 0
        self.failure = None

    def run(self):
        client = self.server.client()
        try:
            while True:
                self.step(client)
        except Broken:
            pass
        except Exception as error:  # is told by the main thread
            self.failure = error
        finally:
            client.close()

    def step(self, client):
        self.requests += 1
        draw = self.random.random()
        if len(self.sessions) < SESSIONS_LEAST or draw < 0.01:
            self.sessions.append(Session(tokens(self.log_in(client))))
            return
        session = self.random.choice(self.sessions)
        if draw < 0.75:
            self.refresh(client, session)
        elif draw < 0.94:
            answer = client.verify(session.access)
            expect(answer.status == 200, "a live session was refused:", answer)
        elif draw < 0.97:
            self.end(client, session, lambda: client.logout(session.access))
        else:
            self.replay(client, session)

    def log_in(self, client):
        return client.login(self.name)

    def ask_refresh(self, client, parent):
        return client.refresh(parent)

    def refresh(self, client, session):
        parent = session.chain[-1]
        session.is_asked = True
        session.learn(parent, tokens(self.ask_refresh(client, parent)))

    def end(self, client, session, ask):
        session.is_ending = True
        answer = ask()
        expect(answer.status in (200, 401), "an end was answered with", answer)
        self.note_end(session)

    def replay(self, client, session):
        """Somebody shows a secret that was spent and whose child was spent: the session ends."""
        if len(session.chain) < 3:
            return
        session.is_ending = True
        answer = client.refresh(self.random.choice(session.chain[:-2]))
        expect(answer.code == "refresh_reused", "a spent secret was answered with", answer)
        self.note_end(session)

    def note_end(self, session):
        session.is_ended = True
        self.sessions.remove(session)
        self.ended.append(session)


def judge_ended(client, session):
    """Acknowledged as ended, so nothing of it lives."""
    answer = client.verify(session.access)
    expect(answer.status == 401, "an acknowledged end was undone (access):", answer)
    answer = client.refresh(session.chain[-1])
    expect(answer.code == "session_ended", "an acknowledged end was undone (refresh):", answer)


def judge_live(client, session):
    """Never ended by an answer: it lives, unless an end was asked for. true: it lives."""
    parent = session.chain[-1]
    if not session.is_ending:
        answer = client.verify(session.access)
        expect(answer.status == 200, "a session was lost (access):", answer)
    answer = client.refresh(parent)
    if session.is_ending and answer.code == "session_ended":
        expect(client.verify(session.access).status == 401, "half of a session was ended")
        session.is_ended = True
        return False
    expect(answer.status == 200, "a session was lost (refresh):", answer)
    session.learn(parent, answer.json)
    session.is_ending = False
    return True


def judge(server, owners, old, draw):
    """Every session that was touched, and some of those that ended in earlier lives."""
    client = server.client()
    fresh = []
    for owner in owners:
        for session in list(owner.sessions):
            if not judge_live(client, session):
                owner.note_end(session)
        fresh += owner.ended
        owner.ended = []
    for session in fresh + draw.sample(old, min(len(old), ASKED_OF_OLD)):
        judge_ended(client, session)
    client.close()
    old += fresh


def live(server, owners, seconds):
    """Load, a kill in the middle of it, and what the threads have to say."""
    for owner in owners:
        owner.start()
    time.sleep(seconds)
    server.kill()
    for owner in owners:
        owner.join(30)
        expect(not owner.is_alive(), "a client hangs after the kill")
        if owner.failure:
            raise Failed(f"{owner.name}: {owner.failure}") from owner.failure


def password_survives(server, cycle, names):
    """A registration and a password change that were answered hold after the kill."""
    client = server.client()
    for name, password in names:
        expect(client.login(name, password).status == 200, "a password was lost:", name)
    names.clear()
    name = f"crash{cycle}"
    given = tokens(client.register(name), 201)
    changed = client.ask("POST", "/v1/me/password",
                         {"current_password": PASSWORD, "new_password": PASSWORD + name[-2:] + "!"},
                         bearer=given["access_token"])
    expect(changed.status in (200, 204), "password change:", changed)
    names.append((name, PASSWORD + name[-2:] + "!"))
    client.close()


def kills(bench):
    """kill -9 under load, and nothing that was answered is lost or undone"""
    draw = bench.random
    server = bench.server(grace_s=GRACE_S)
    starts = [server.start()]
    client = server.client()
    kept = []
    for index in range(THREADS):
        tokens(client.register(f"owner{index}"), 201)
        kept.append([Session(tokens(client.login(f"owner{index}"))) for _ in range(SESSIONS_EACH)])
    client.close()
    old, passwords, requests = [], [], 0
    for cycle in range(bench.options.cycles):
        if cycle % 5 == 0:
            password_survives(server, cycle, passwords)
        owners = [Owner(server, f"owner{index}", draw.random(), kept[index])
                  for index in range(THREADS)]
        live(server, owners, draw.uniform(*LOAD_S))
        requests += sum(owner.requests for owner in owners)
        starts.append(server.start())
        judge(server, owners, old, draw)
    client = server.client()
    for session in old:
        judge_ended(client, session)
    client.close()
    bench.note(f"{bench.options.cycles} kills, {requests} requests, {len(old)} sessions ended, "
               f"{sum(map(len, kept))} live; start to ready {min(starts) * 1000:.0f} to "
               f"{max(starts) * 1000:.0f} ms; seed {bench.seed}")
    expect(server.stop() == 0, "exit status after SIGTERM")


PROOFS = [kills]
