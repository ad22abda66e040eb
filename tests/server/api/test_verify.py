#!/usr/bin/python3
"""GET /v1/verify, by itself and behind a real nginx."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import textwrap
import time

from kit import PASSWORD, ROOT, Server, check, main, same

S = Server(unix=True, behind_proxy=True)
ACCESS, CSRF = "__Host-lanyard-access", "__Host-lanyard-csrf"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def verify(query="", **more):
    answer = S.ask("GET", "/v1/verify" + query, **more)
    same(answer.body, b"")
    assert answer.status in (200, 401, 403), answer.status
    return check(answer, answer.status)


def cookies(user):
    origin = "http://" + "localhost"
    answer = S.ask("POST", "/v1/login", {"login": user["name"], "password": PASSWORD,
                                         "mode": "cookie"}, {"Origin": origin, "Host": "localhost"})
    check(answer, 200)
    return {name: value for name, (value, _) in answer.cookies().items()}


def test_identity_stands_in_headers():
    user = S.register()
    S.admin("users", "roles", user["name"], "reader editor")
    fresh = S.login(user["name"]).json
    answer = verify(token=fresh["access_token"])
    same(answer.status, 200)
    same((answer.header("Lanyard-Sub"), answer.header("Lanyard-Sid"), answer.header("Lanyard-Roles")),
         (user["user"]["id"], fresh["session"]["id"], "reader editor"))
    assert abs(int(answer.header("Lanyard-Exp")) - time.time() - 900) < 10


def test_nobody_and_nonsense_are_401():
    same(verify().status, 401)
    for value in ("Bearer x", "Bearer a.b.c", "Bearer", "Bearer a b", "Basic YTpi", "Digest x"):
        same((value, verify(headers={"Authorization": value}).status), (value, 401))


def test_roles_are_needed_all():
    user = S.register()
    S.admin("users", "roles", user["name"], "reader editor")
    token = S.login(user["name"]).json["access_token"]
    for query, status in (("?roles=reader", 200), ("?roles=reader,editor", 200),
                          ("?roles=reader%20editor", 200), ("?roles=reader,+editor", 200),
                          ("?roles=admin", 403), ("?roles=reader,admin", 403), ("?roles=read", 403),
                          ("?roles=readers", 403)):
        same((query, verify(query, token=token).status), (query, status))
    assert "insufficient_scope" in verify("?roles=admin", token=token).header("WWW-Authenticate")


def test_a_slip_in_the_proxy_opens_nothing():
    token = S.register()["access_token"]
    for query in ("?role=admin", "?roles=", "?roles=,", "?roles=%20", "?roles=+,+", "?roles",
                  "?roles=a&roles=b", "?max_age=x", "?max_age=-1", "?max_age=", "?max_age=" + "9" * 40, "?maxage=5", "?roles=a&x=1"):
        same((query, verify(query, token=token).status), (query, 403))
    user = S.register()
    S.admin("users", "roles", user["name"], "reader editor")
    token = S.login(user["name"]).json["access_token"]
    for roles in (",reader", "reader,", "reader,,editor", "reader,+,editor", "reader,+"):
        same((roles, verify("?roles=" + roles, token=token).status), (roles, 403))


def test_freshness_is_asked_for():
    token = S.register()["access_token"]
    same(verify("?max_age=300&max_lag=60000", token=token).status, 200)
    time.sleep(2.1)
    answer = verify("?max_age=1", token=token)
    same(answer.status, 401)
    assert "insufficient_user_authentication" in answer.header("WWW-Authenticate")
    assert 'max_age="1"' in answer.header("WWW-Authenticate")
    same(verify("?max_lag=0", token=token).status, 401)


def test_cookie_counts_only_with_the_original_method():
    jar = cookies(S.register())
    sent = {"Cookie": f"{ACCESS}={jar[ACCESS]}", "Host": "localhost"}
    same(verify(headers=sent).status, 401)
    same(verify(headers={**sent, "X-Original-Method": "GET"}).status, 200)
    same(verify(headers={**sent, "X-Original-Method": "HEAD"}).status, 200)
    same(verify(headers={**sent, "X-Original-Method": "POST"}).status, 403)
    full = {"Cookie": f"{ACCESS}={jar[ACCESS]}; {CSRF}={jar[CSRF]}", "Host": "localhost",
            "Origin": "http://localhost", "Lanyard-CSRF-Token": jar[CSRF]}
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        same(verify(headers={**full, "X-Original-Method": method}).status, 200)
        evil = {**full, "X-Original-Method": method, "Origin": "https://evil.example"}
        same(verify(headers=evil).status, 403)


def test_ended_session_is_refused_at_once():
    user = S.register()
    same(verify(token=user["access_token"]).status, 200)
    S.ask("POST", "/v1/logout", token=user["access_token"])
    same(verify(token=user["access_token"]).status, 401)


def test_connection_is_kept():
    token = S.register()["access_token"]
    one = f"GET /v1/verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    same(S.raw(one * 50).count(b"HTTP/1.1 200"), 50)


# --- behind nginx ---

class Nginx:
    """Speaks TLS when there is a certificate; conf is the text of a whole configuration."""

    def __init__(self, conf, with_tls):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="nginx-"))
        self.tls = with_tls and self.make_certificate()
        upstream = S.address if S.address.startswith("unix:") else S.address.split("//")[1]
        conf = conf.replace("@PLACE@", str(self.place)).replace("@UPSTREAM@", upstream)
        if os.getuid() == 0:
            conf = "user root;\n" + conf
        (self.place / "nginx.conf").write_text(conf)
        self.process = subprocess.Popen([NGINX, "-c", self.place / "nginx.conf", "-e", "stderr"],
                                        stdin=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not (self.place / "front.sock").exists():
            assert self.process.poll() is None and time.monotonic() < until, "nginx did not start"
            time.sleep(0.02)

    def make_certificate(self):
        cert = self.place / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", self.place / "key.pem", "-out", cert, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
        return ssl.create_default_context(cafile=cert)

    def ask(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.place / "front.sock"))
        if self.tls:
            connection.sock = self.tls.wrap_socket(connection.sock, server_hostname="localhost")
        connection.request(method, path, body, {"Host": "localhost", **(headers or {})})
        response = connection.getresponse()
        answer = response.status, response.read().decode(), response.headers
        connection.close()
        return answer

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        shutil.rmtree(self.place)


@contextlib.contextmanager
def page_nginx():
    """With the lines of the page, and TLS."""
    nginx = Nginx((ROOT / "tests/server/api/nginx.conf").read_text(), True)
    try:
        yield nginx
    finally:
        nginx.close()


def bearer(user):
    return {"Authorization": "Bearer " + user["access_token"]}


def administrator():
    user = S.register()
    S.admin("users", "roles", user["name"], "admin")
    return {**user, **S.login(user["name"]).json}


def test_nginx_lines_are_those_of_the_page():
    shown = (ROOT / "tests/server/api/nginx.conf").read_text()
    shown = shown.split("# begin docs\n")[1].split("        # end docs")[0]
    assert textwrap.dedent(shown) in (ROOT / "docs/server.md").read_text(), "docs/server.md differs"


def test_behind_nginx():
    with page_nginx() as nginx:
        user = S.register()
        status, body, _ = nginx.ask("/page", headers=bearer(user))
        same((status, body), (200, f"{user['user']['id']}||GET\n"))
        same(nginx.ask("/page", "POST", bearer(user))[:2], (200, f"{user['user']['id']}||POST\n"))
        status, _, headers = nginx.ask("/page")
        same((status, headers["WWW-Authenticate"]), (401, 'Bearer realm="lanyardd"'))
        same(nginx.ask("/admin/", headers=bearer(user))[0], 403)
        same(nginx.ask("/admin/", headers=bearer(administrator()))[0], 200)
        S.ask("POST", "/v1/logout", {"scope": "all"}, token=user["access_token"])
        same(nginx.ask("/page", headers=bearer(user))[0], 401)


def test_behind_nginx_a_cookie_needs_a_page_of_the_site():
    with page_nginx() as nginx:
        jar = cookies(S.register())
        cookie = {"Cookie": f"{ACCESS}={jar[ACCESS]}; {CSRF}={jar[CSRF]}"}
        full = {**cookie, "Origin": "https://localhost", "Lanyard-CSRF-Token": jar[CSRF]}
        same(nginx.ask("/page", headers=cookie)[0], 200)
        same(nginx.ask("/page", "POST", full)[0], 200)
        port = {**full, "Host": "localhost:8443", "Origin": "https://localhost:8443"}
        same(nginx.ask("/page", "POST", port)[0], 200)
        same(nginx.ask("/page", "POST", cookie)[0], 403)
        for origin in ("http://localhost", "https://localhost:8443", "https://evil.example"):
            same((origin, nginx.ask("/page", "POST", {**full, "Origin": origin})[0]), (origin, 403))


def test_behind_nginx_nobody_says_who_they_are():
    with page_nginx() as nginx:
        user, admin = S.register(), administrator()
        lie = {"X-User": "someone-else", "X-Roles": "owner"}
        same(nginx.ask("/page", headers={**bearer(user), **lie})[:2],
             (200, f"{user['user']['id']}||GET\n"))
        for path in ("/page", "/admin/", "/admin/x"):
            same(nginx.ask(path, headers={**bearer(admin), **lie})[:2],
                 (200, f"{admin['user']['id']}|admin|GET\n"))


def test_behind_nginx_nobody_says_where_they_are():
    with page_nginx() as nginx:
        lie = {"X-Forwarded-For": "192.0.2.66", "X-Forwarded-Proto": "http"}
        same([nginx.ask(path, headers=lie)[0] for path in ("/page", "/admin/")], [401, 401])
        assert "192.0.2.66" not in S.read_log(), "the log believes the client"
        assert S.read_log().count('"route":"/v1/verify"') >= 2, "the log lacks the requests"


def test_packaged_nginx_keeps_the_port_of_the_site():
    """A page is known by scheme, name and port."""
    site = (ROOT / "packaging/nginx.conf").read_text()
    site = site.replace("listen 80;", "listen unix:@PLACE@/front.sock;").replace("listen [::]:80;", "")
    site = site.replace("unix:/run/lanyard/http.sock", "@UPSTREAM@")
    shell = (ROOT / "tests/server/api/nginx.conf").read_text().split("    upstream lanyardd")[0]
    nginx = Nginx(shell + site + "}\n", False)
    try:
        body = json.dumps({"login": S.register()["name"], "password": PASSWORD, "mode": "cookie"})
        for host in ("auth.example.org", "auth.example.org:8080"):
            sent = {"Host": host, "Origin": f"http://{host}", "Content-Type": "application/json"}
            same((host, nginx.ask("/v1/login", "POST", sent, body)[0]), (host, 200))
        sent["Origin"] = "http://auth.example.org"
        same(nginx.ask("/v1/login", "POST", sent, body)[0], 403)
    finally:
        nginx.close()


if __name__ == "__main__":
    main(globals(), S)
