"""The CPythons that a machine has, and what each of them can do."""

import glob
import json
import os
import re
from typing import NamedTuple

PLACES = ("/usr/bin/python3.*", "/usr/local/bin/python3.*", "~/.pyenv/versions/*/bin/python3",
          "~/.local/share/uv/python/*/bin/python3")
PROBE = """
import json, os, sys, sysconfig
headers = os.path.join(sysconfig.get_path("include"), "Python.h")
print(json.dumps([sys.implementation.name, list(sys.version_info[:3]),
                  bool(sysconfig.get_config_var("Py_GIL_DISABLED")), os.path.exists(headers)]))
"""


class Python(NamedTuple):
    """An interpreter that lanyard is for, or would be."""

    path: str
    version: str
    is_free_threaded: bool
    has_headers: bool

    @property
    def name(self):
        return f"CPython {self.version}" + (" (free-threaded)" if self.is_free_threaded else "")


def probe(path, run):
    """What is at path, or None where it is no CPython of 3.11 or newer. run: of a command gives its
    status and output."""
    status, output = run([path, "-c", PROBE])
    if status:
        return None
    implementation, version, is_free_threaded, has_headers = json.loads(output)
    if implementation != "cpython" or tuple(version) < (3, 11):
        return None
    return Python(path, ".".join(map(str, version)), is_free_threaded, has_headers)


def find(run, places=PLACES):
    """One of each version, in order."""
    found = {}
    for path in sorted(path for place in places for path in glob.glob(os.path.expanduser(place))):
        if re.search(r"python3(\.\d+t?)?$", path):
            python = probe(path, run)
            if python:
                found.setdefault((python.version, python.is_free_threaded), python)
    return sorted(found.values(), key=lambda python: [int(part) for part in
                                                      python.version.split(".")])
