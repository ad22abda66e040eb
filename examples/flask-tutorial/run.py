"""Starts everything that the example needs, and stops it again on Ctrl-C.

    run.py [--sessions lanyardd|embedded] [--port N] [--data FOLDER]

The real PostgreSQL and the real lanyardd, with their data under build/example-flask
or FOLDER.
"""

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/flask"))

from servers import Lanyardd, Postgres, free_port, wait_until  # noqa: E402


def secret_of(folder):
    """SECRET_KEY, made at the first start and kept."""
    path = folder / "secret"
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def environment(folder, database, server):
    settings = {"FLASK_SECRET_KEY": secret_of(folder), "FLASK_SQLALCHEMY_DATABASE_URI": database,
                "FLASK_LANYARD_MODE": "cookie"}
    if server is not None:
        settings |= {"FLASK_LANYARD_SERVER": server.url, "FLASK_LANYARD_CLIENT_ID": server.client_id,
                     "FLASK_LANYARD_CLIENT_SECRET_FILE": str(server.secret_file)}
    return {**os.environ, **settings}


def init_db(env):
    """Workers that all made the tables would be in each other's way."""
    app = f"{Path(__file__).parent}/app.py:create_app"
    subprocess.run([sys.executable, "-m", "flask", "--app", app, "init-db"], env=env, check=True)


def serve(port, env):
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--chdir", Path(__file__).parent, "-w", "2",
         "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "warning",
         "app:create_app()"], env=env)


def is_up(port):
    import urllib.request

    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).status == 200
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", choices=("lanyardd", "embedded"), default="lanyardd")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=ROOT / "build/example-flask")
    options = parser.parse_args()
    folder = options.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(Postgres(folder / "postgres"))
        server = None
        if options.sessions == "lanyardd":
            server = stack.enter_context(Lanyardd(folder / "lanyardd"))
        port = options.port or free_port()
        env = environment(folder, postgres.database("tutorial"), server)
        init_db(env)
        web = serve(port, env)
        stack.callback(lambda: (web.terminate(), web.wait(10)))
        wait_until(lambda: is_up(port), 20, "the application")
        print(f"open http://127.0.0.1:{port}/ in two browsers; Ctrl-C stops it", flush=True)
        web.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
