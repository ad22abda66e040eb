"""joserfc."""
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import import_key

from adapter import serve


def algorithms(job):
    return [job["alg"]]


def sign(job, payload):
    return jws.serialize_compact({"alg": job["alg"]}, payload, import_key(job["jwk"]),
                                 algorithms=algorithms(job))


def verify(job):
    try:
        return jws.deserialize_compact(job["token"], import_key(job["public_jwk"]),
                                       algorithms=algorithms(job)).payload
    except BadSignatureError:
        return None


serve(sign, verify)
