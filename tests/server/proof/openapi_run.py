"""openapi_run - schemathesis makes requests from /openapi.json, and judges the answers."""
import subprocess

from harness import ROOT, Skipped, expect, tokens

# What the description promises. That every refusal is described is no promise of it.
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"


def conforms(bench):
    """Requests made from the description get the answers that it describes"""
    tool = ROOT / "build/schemathesis/bin/schemathesis"
    if not tool.exists():
        raise Skipped("schemathesis is not installed")
    server = bench.server(tcp=True)
    server.start()
    own = tokens(server.client().register("schema"), 201)
    url = f"http://{server.address[0]}:{server.address[1]}"
    done = subprocess.run(
        [tool, "run", f"{url}/openapi.json", "--url", url, "--checks", CHECKS, "--max-examples",
         "40", "--seed", str(bench.seed), "-H", f"Authorization: Bearer {own['access_token']}",
         "--exclude-path", "/v1/logout", "--exclude-path", "/v1/revocations",
         "--exclude-path-regex", "^/v1/me"],
        capture_output=True, text=True, check=False, cwd=bench.folder)
    expect(done.returncode == 0, done.stdout[-6000:], done.stderr[-2000:])
    bench.note(done.stdout.rstrip().splitlines()[-1].strip("= "))
    expect(server.stop() == 0, "exit status after SIGTERM")


PROOFS = [conforms]
