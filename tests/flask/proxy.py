"""A proxy in front of a real lanyardd that now and then answers oddly, or not at all."""

import http.client
import threading
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """odd["/v1/refresh"].append(body): the next answer to that path is a 200 with this body;
    None: the server gets the request, and the connection is closed in the place of its answer.
    seen counts requests by method and path. hangs_up: each connection is closed after its answer,
    without a word of it there."""

    def __init__(self, target):
        self.odd, self.seen, self.hangs_up = defaultdict(list), Counter(), False
        self.client_id, self.secret_file = target.client_id, target.secret_file
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_any(self):
                proxy._pass_on(self, target)

            do_GET = do_POST = do_DELETE = do_any

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    def _pass_on(self, handler, target):
        path = handler.path.partition("?")[0]
        self.seen[handler.command, path] += 1
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=10)
        connection.request(handler.command, handler.path, body, dict(handler.headers))
        answer = connection.getresponse()
        status, headers, text = answer.status, answer.getheaders(), answer.read()
        connection.close()
        if self.odd[path]:
            status, text = 200, self.odd[path].pop(0)
        handler.close_connection = self.hangs_up or text is None
        if text is None:
            return
        handler.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)
