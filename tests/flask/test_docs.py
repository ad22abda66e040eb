"""docs/flask.md says what happens when one types what it says."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_page_does_what_it_says():
    environment = {**os.environ, "DOCS_PATH": str(Path(sys.executable).parent),
                   "DOCS_PYTHONPATH": str(ROOT / "build/python")}
    done = subprocess.run([ROOT / "tests/docs/run", ROOT / "docs/flask.md"], env=environment,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed, 0 failed" in done.stdout
