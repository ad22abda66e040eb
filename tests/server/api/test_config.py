#!/usr/bin/python3
"""Settings: by option, variable and file, what they refuse, and that the manual names each."""
import pathlib
import re
import time

from kit import ROOT, SLOWER, Server, main, reload, run, same

S = Server()


def test_help_and_version_are_told():
    for words in (["--help"], ["-h"], ["help"]):
        status, text, why = run(*words)
        same((status, why, text.startswith("usage: lanyardd")), (0, "", True))
        assert "--failures-pair " in text
    assert re.fullmatch(r"lanyardd \d+\.\d+\.\d+\n", run("--version")[1])


def test_config_is_printed_and_read_again():
    status, text, _ = run("--data=/tmp/x", "--grace-s=7", "--trusted-proxies=10.0.0.0/8 ::1",
                          "--behind-proxy", "--print-config")
    same(status, 0)
    assert 'grace-s = 7\n' in text and 'trusted-proxies = "10.0.0.0/8 ::1/128"\n' in text
    path = S.place / "config"
    path.write_text(text)
    same(run("--config", str(path), "--print-config")[1], text)


def test_config_option_before_variable_before_file():
    path = S.place / "config"
    path.write_text("# a comment\ngrace-s = 1\nidle_s = 1000\n compat = \"\" \n")
    words = ("--config", str(path), "--print-config")
    assert "grace-s = 1\n" in run(*words)[1]
    assert "grace-s = 2\n" in run(*words, env={"LANYARD_GRACE_S": "2"})[1]
    assert "grace-s = 3\n" in run(*words, "--grace-s", "3", env={"LANYARD_GRACE_S": "2"})[1]
    assert "idle-s = 1000\n" in run("--print-config", env={"LANYARD_CONFIG": str(path)})[1]


def test_config_refuses_what_cannot_be():
    path = S.place / "config"
    cases = (("--nonsense=1", "no option"), ("--grace-s=x", "grace-s"), ("--grace-s", "value is missing"),
             ("--grace-s=99999", "from 0 to 3600"), ("--alg=none", "alg"), ("--alg=HS256", "secret-file"),
             ("--db=postgresql://u:secret@h/d", "passfile"), ("--tls-cert=x", "tls-key"),
             ("--db=postgresql://h/d?password=secret", "passfile"), ("--compat=other", "compat"),
             ("--trusted-proxies=10.0.0.1", "behind-proxy"), ("--log=all", "log"),
             ("--listen=localhost:80", "listen: expected ADDR:PORT"), ("--listen=127.0.0.1:99999", "listen"),
             ("--listen=unix:", "listen"), ("--listen=0.0.0.0:80", "beyond this machine"),
             ("--metrics-listen=[::]:9000", "metrics-listen: beyond this machine"),
             ("--db=mysql://u:secret@h/d", "db: "), ("--db=host=h password=secret", "db: "),
             ("--db=sqlite:", "db: "), ("--socket-mode=9", "socket-mode"), ("--socket-mode=08", "socket-mode"),
             ("--rotate-s=7200 --access-s=4000", "rotate-s: shorter"),
             (f"--alg=HS256 --secret-file={S.place}/none", "No such file"),
             (f"--compat=x-access-token --compat-secret-file={S.place}/none", "No such file"),
             (f"--tls-cert={S.place}/none --tls-key={S.place}/none", "No such file"))
    for word, said in cases:
        words = (word,) if " password" in word else word.split(" ")
        status, _, why = run("--check-config", *words)
        same((word, status), (word, 2))
        assert said in why and "secret@" not in why and "=secret" not in why, (word, why)
    for line in ("nonsense = 1", "grace-s", "grace-s = 1\ngrace_s = 2", 'log = "events'):
        path.write_text("\n" + line + "\n")
        status, _, why = run("--config", str(path), "--check-config")
        same((line, status), (line, 2))
        assert re.search(r"config:[23]: ", why), why
    same(run("--check-config")[0], 0)
    status, _, why = run("--check-config", env={"LANYARD_GRACE": "5", "LANYARD_IDLE_S": "3600"})
    assert status == 0 and "lanyardd: LANYARD_GRACE is no setting, and is not looked at\n" in why, why
    assert "IDLE_S" not in why, why


def test_config_refuses_a_password_in_the_environment():
    secret = {"PGPASSWORD": "hush-hush"}
    url = f"--db=postgresql:///d?host={S.place}"
    for words in ((url, "--check-config"), (f"--data={S.place}/env", url), (url, "doctor"),
                  (url, "backup", f"{S.place}/env-copy")):
        status, text, why = run(*words, env=secret)
        assert status != 0 and "PGPASSWORD is set" in text + why, (words, status, text, why)
        assert "hush" not in text + why, why
    same(run("--check-config", env=secret)[0], 0)  # SQLite: nothing to do with it
    same(run("--check-config", url, env={"PGPASSWORD": "", "PGPASSFILE": "/x"})[0], 0)


def test_every_setting_stands_in_the_manual():
    page = (ROOT / "docs/man/lanyardd.conf.5.scd").read_text()
    live = {name for name, plus in re.findall(r"\*([a-z-]+)\*(\+?)", page) if plus}
    named = set(re.findall(r"\*([a-z-]+)\*", page))
    for line in run("--help")[1].split("--version\n")[1].splitlines():
        name, _, what = line.strip().lstrip("-").partition(" ")
        assert name in named, f"{name} is missing"
        standard = re.search(r" \[([^]]*)\]$", what)
        said = re.search(rf"\*{name}\*\+?(?:, \*[a-z-]+\*\+?)* \[([^],:]*)", page)
        if standard and standard[1] != "0":
            same((name, said and said[1]), (name, standard[1]))
    path = S.place / "reload"
    path.write_text("")
    server = Server(limits=False, config=path)
    changed = {"trusted-proxies": "10.0.0.1", "origins": "https://a", "log": "events", "audience": "a",
               "issuer": "i", "client-id": "c", "alg": "ES256", "admin-socket": "/tmp/a", "db": "sqlite:/tmp/b",
               "metrics-listen": "127.0.0.1:1", "socket-mode": "0660", "behind-proxy": "true"}
    numbers = [name for name in named if re.search(rf"\*{name}\*\+? \[\d", page) and name not in {*changed, "listen"}]
    changed |= {name: str(int(re.search(rf"\*{name}\*\+? \[(\d+)", page)[1]) + 1) for name in numbers}
    changed = {name: value for name, value in changed.items() if name not in server.options}  # those win
    try:
        said = reload(server, path, "".join(f"{name} = {value}\n" for name, value in changed.items()))
        same(set(said["changed"]) | {"tls-cert", "tls-key"}, live)
        same(set(said["changed"]) | set(said["needs_restart"]), set(changed))
    finally:
        server.close()


def test_listening_beyond_this_machine_needs_tls_or_a_proxy():
    words = (f"--data={S.place}/open", "--listen=0.0.0.0:0")
    status, _, why = run(*words)
    same(status, 2)
    assert "tls-cert" in why


def priorities(server):
    """(niceness, policy) of every thread."""
    tasks = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/stat")
    fields = [task.read_text().rpartition(")")[2].split() for task in tasks]
    return [(int(each[16]), int(each[38])) for each in fields]


def test_hash_workers_step_back():
    for nice, theirs in ((0, (0, 0)), (7, (7, 0)), (20, (0, 5))):  # 5: SCHED_IDLE
        server = Server(hash_nice=nice, hash_workers=3)
        try:
            until = time.monotonic() + 5 * SLOWER  # each does it when it first runs
            while priorities(server).count(theirs) < 3 and time.monotonic() < until:
                time.sleep(0.02)
            found = priorities(server)
            assert nice == 0 or found.count(theirs) == 3, (nice, found)
            same(set(found), {theirs, (0, 0)})
        finally:
            server.close()


if __name__ == "__main__":
    main(globals(), S)
