"""A web service on Python's standard library alone.

The platform says where to listen (PORT) and when to end (SIGTERM).
"""

import json
import os
import signal
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

PORT = int(os.environ.get("PORT", "8080"))
GREETING = os.environ.get("GREETING", "Hello")


def log(level, message, **fields):
    """One JSON object a line: log views and collectors find level, message and fields in it."""
    time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    entry = {"time": time, "level": level, "message": message, **fields}
    print(json.dumps(entry, ensure_ascii=False), flush=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with in_flight:
            self.answer()

    def answer(self):
        url = urlparse(self.path)
        if url.path == "/healthz":
            self.reply(200, {"ok": True})
            return
        name = parse_qs(url.query).get("name", ["world"])[0]
        log("info", "request", method=self.command, path=url.path, name=name)
        self.reply(200, {"message": f"{GREETING}, {name}!", "revision": os.environ.get("K_REVISION", "local")})

    def reply(self, status, body):
        data = (json.dumps(body, ensure_ascii=False) + "\n").encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        """The server's own access log is replaced by log() above."""


class Server(ThreadingHTTPServer):
    # A gateway keeps idle connections open: they must not hold the process. Requests under way are waited for in drain().
    daemon_threads = True


class InFlight:
    """Counts the requests under way."""

    def __init__(self):
        self.count = 0
        self.changed = threading.Condition()

    def __enter__(self):
        with self.changed:
            self.count += 1

    def __exit__(self, *error):
        with self.changed:
            self.count -= 1
            self.changed.notify_all()

    def drain(self, seconds):
        with self.changed:
            self.changed.wait_for(lambda: self.count == 0, timeout=seconds)


in_flight = InFlight()


def main():
    server = Server(("0.0.0.0", PORT), Handler)

    def stop(signum, frame):
        log("info", "stopping")
        # shutdown() waits for the loop in serve_forever(), so it cannot be called from within it.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log("info", "listening", port=PORT)
    server.serve_forever()
    server.server_close()
    in_flight.drain(seconds=30)


if __name__ == "__main__":
    sys.exit(main())
