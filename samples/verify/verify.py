"""Checks the signature of a native webhook with nothing but Python:
   SECRET=whsec_... python3 samples/verify/verify.py ID TIMESTAMP SIGNATURES < body"""
import base64
import hashlib
import hmac
import os
import sys
import time


def is_genuine(secret, id, timestamp, signatures, body, now=None):
    try:
        if abs((time.time() if now is None else now) - int(timestamp)) > 300:
            return False  # an old one, sent again by somebody else
    except ValueError:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one.encode(), expected.encode()) for one in signatures.split(" "))


if __name__ == "__main__":
    genuine = is_genuine(os.environ["SECRET"], *sys.argv[1:4], sys.stdin.buffer.read())
    print("genuine" if genuine else "forged")
