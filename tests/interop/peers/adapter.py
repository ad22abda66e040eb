"""What the adapters in Python share: jobs in, answers out."""
import base64
import json
import sys


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def serve(sign, verify):
    """sign(job, payload) -> token; verify(job) -> payload, or None when it is refused."""
    for line in sys.stdin:
        job = json.loads(line)
        answer = {"id": job["id"]}
        try:
            if job["op"] == "sign":
                answer["token"] = sign(job, base64.b64decode(job["payload"]))
            else:
                payload = verify(job)
                if payload is None:
                    answer["refused"] = True
                else:
                    answer["payload"] = base64.b64encode(payload).decode()
        except Exception as error:  # told to the judge, who counts it as failed
            answer["error"] = repr(error)
            sys.stderr.write(f"{job['id']}: {error!r}\n")
        print(json.dumps(answer), flush=True)
