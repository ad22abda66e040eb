"""The openssl program: bare signatures, put together into tokens here."""
import json
import pathlib
import subprocess
import tempfile

from adapter import decode, encode, serve

WIDTHS = {"ES256": 32, "ES384": 48, "ES512": 66, "ES256K": 32}


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False)


def digest(alg):
    return "-sha" + ("256" if alg == "ES256K" else alg[2:5])


def pss(alg):
    return ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] \
        if alg.startswith("PS") else []


def mac(job, message):
    key = decode(job["jwk"]["k"]).hex()
    done = openssl("dgst", digest(job["alg"]), "-mac", "HMAC", "-macopt", f"hexkey:{key}",
                   "-binary", stdin=message)
    return done.stdout


def der_integer(value):
    raw = value.to_bytes((value.bit_length() + 8) // 8, "big")
    return bytes([2, len(raw)]) + raw


def to_der(raw):
    half = len(raw) // 2
    body = der_integer(int.from_bytes(raw[:half], "big")) \
        + der_integer(int.from_bytes(raw[half:], "big"))
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])
    return b"\x30" + length + body


def from_der(der, width):
    at = 3 if der[1] == 0x81 else 2
    numbers = b""
    for _ in range(2):
        length = der[at + 1]
        numbers += int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(width, "big")
        at += 2 + length
    return numbers


def is_edwards(alg):
    return alg.startswith("Ed")


def sign_bytes(job, message, place):
    alg = job["alg"]
    if alg.startswith("HS"):
        return mac(job, message)
    key, text = place / "key.pem", place / "message"
    key.write_text(job["pem"])
    text.write_bytes(message)
    if is_edwards(alg):
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(text)).stdout
    raw = openssl("dgst", digest(alg), "-sign", str(key), *pss(alg), str(text)).stdout
    return from_der(raw, WIDTHS[alg]) if alg in WIDTHS else raw


def check_bytes(job, message, signature, place):
    alg = job["alg"]
    if alg.startswith("HS"):
        return mac(job, message) == signature
    key, text, raw = place / "key.pem", place / "message", place / "signature"
    key.write_text(job["public_pem"])
    text.write_bytes(message)
    raw.write_bytes(to_der(signature) if alg in WIDTHS else signature)
    if is_edwards(alg):
        return openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(key), "-sigfile",
                       str(raw), "-in", str(text)).returncode == 0
    return openssl("dgst", digest(alg), "-verify", str(key), *pss(alg), "-signature", str(raw),
                   str(text)).returncode == 0


def main(place):
    def sign(job, payload):
        message = encode(json.dumps({"alg": job["alg"]}).encode()) + "." + encode(payload)
        return message + "." + encode(sign_bytes(job, message.encode(), place))

    def verify(job):
        message, _, signature = job["token"].rpartition(".")
        if not check_bytes(job, message.encode(), decode(signature), place):
            return None
        return decode(message.split(".")[1])

    serve(sign, verify)


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
