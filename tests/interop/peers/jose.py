"""The jose program."""
import json
import pathlib
import subprocess
import tempfile

from adapter import serve


def main(place):
    key, text = place / "key.jwk", place / "text"

    def sign(job, payload):
        key.write_text(json.dumps(job["jwk"]))
        text.write_bytes(payload)
        done = subprocess.run(["jose", "jws", "sig", "-I", str(text), "-k", str(key), "-s",
                               json.dumps({"protected": {"alg": job["alg"]}}), "-c"],
                              capture_output=True, check=True)
        return done.stdout.decode().strip()

    def verify(job):
        key.write_text(json.dumps(job["public_jwk"]))
        text.write_text(job["token"])
        done = subprocess.run(["jose", "jws", "ver", "-i", str(text), "-k", str(key), "-O", "-"],
                              capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None

    serve(sign, verify)


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
