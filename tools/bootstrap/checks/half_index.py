#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A package index that ends in the middle of what is asked for.

    half_index.py FILE    writes its port to FILE, then serves on loopback until it is ended

It has zig's wheel of the version in pins/pins.json, which is where pip looks for it first. Of the wheel's bytes it
announces twice as many as it sends.
"""

import http.server
import json
import os
import pathlib
import sys

PINS = pathlib.Path(__file__).resolve().parents[3] / "pins" / "pins.json"


def wheel():
    """The name of the wheel that the pins ask pip for, as its channel has it."""
    zig = json.loads(PINS.read_text())["zig"]
    channel = next(c for c in zig["channels"] if c["kind"] == "wheel")
    return f"{channel['package']}-{channel['version']}-py3-none-{channel['platform']}.whl"


class Index(http.server.BaseHTTPRequestHandler):
    """Answers every request for a wheel with half of one, and any other with the page that lists it."""

    def do_GET(self):  # the name that http.server looks for
        if not self.path.endswith(".whl"):
            page = f'<!DOCTYPE html><html><body><a href="/{wheel()}">{wheel()}</a></body></html>'.encode()
            self.answer("text/html", page, len(page))
            return
        half = b"PK\3\4" + bytes(1 << 20)
        print("half of", self.path, flush=True)
        self.answer("application/octet-stream", half, 2 * len(half))

    def answer(self, kind, data, length):
        """Sends data, and says that it is length bytes."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: half_index.py FILE")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    new = sys.argv[1] + ".new"
    pathlib.Path(new).write_text(f"{server.server_port}\n")
    os.replace(new, sys.argv[1])
    server.serve_forever()


main()
