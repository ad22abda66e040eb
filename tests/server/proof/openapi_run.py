"""openapi_run - schemathesis makes requests from /openapi.json, and judges the answers."""
import json
import os
import pathlib
import re
import subprocess

from harness import ROOT, Client, Skipped, expect

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_headers_conformance,response_schema_conformance")


def make_client(server):
    """ID:SECRET of one that may do all that clients may."""
    made = subprocess.run([*server.command(), "admin", "clients", "create", "--scopes",
                           "introspect:any revoke:any revocations", "--json"],
                          capture_output=True, text=True, check=True)
    client = json.loads(made.stdout)
    return f"{client['id']}:{client['secret']}"


def unopened(server):
    """The routes that never answered with what they are for."""
    admin = Client(str(server.data / "admin.sock"))
    rows = re.findall(r'answers_total\{method="(\w+)",route="([^"]+)",status="2xx"\}',
                      admin.ask("GET", "/metrics").body.decode())
    admin.close()
    paths = server.client().ask("GET", "/openapi.json").json["paths"]
    told = {(method.upper(), path) for path, item in paths.items() for method in item}
    return sorted(told - set(rows))


def conforms(bench):
    """Requests made from the description get the answers that it describes"""
    tool = ROOT / "build/schemathesis/bin/schemathesis"
    if not tool.exists():
        raise Skipped("schemathesis is not installed")
    server = bench.server(tcp=True)
    server.start()
    url = f"http://{server.address[0]}:{server.address[1]}"
    hooks = {"SCHEMATHESIS_HOOKS": "openapi_hooks", "OPENAPI_URL": url,
             "PYTHONPATH": str(pathlib.Path(__file__).parent),
             "OPENAPI_CLIENT": make_client(server)}
    done = subprocess.run(
        [tool, "run", f"{url}/openapi.json", "--url", url, "--checks", CHECKS, "--max-examples",
         "40", "--seed", str(bench.seed)],
        capture_output=True, text=True, check=False, cwd=bench.folder, env={**os.environ, **hooks})
    expect(done.returncode == 0, done.stdout[-6000:], done.stderr[-2000:])
    cases = re.search(r"^ +\d+ generated, \d+ passed.*$", done.stdout, re.M)
    bench.note(f"openapi: {cases[0].strip() if cases else 'no case was made'}")
    expect(not unopened(server), "no request got through to", *unopened(server))
    expect(server.stop() == 0, "exit status after SIGTERM")


PROOFS = [conforms]
