"""Another process of a site, built as a server builds it: answers each path on a line of input."""

import hashlib
import sys

from app.wsgi import create_wsgi

if __name__ == "__main__":
    app = create_wsgi()
    client = app.test_client()
    print("ready", flush=True)
    for line in sys.stdin:
        answer = client.get(line.strip())
        print(answer.status_code, hashlib.sha256(answer.data).hexdigest(), flush=True)
