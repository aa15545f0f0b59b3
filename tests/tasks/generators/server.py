"""An OpenAI-compatible server over real HTTP that plays scripted models, good and bad."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server sends for one question."""

    text: str = ""
    status: int = 200
    wait: float = 0.0
    """Seconds before it answers."""
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    body: bytes | None = None
    """Sent as it is instead of an answer."""
    usage: bool = True


Script = Callable[[dict[str, Any]], Reply]
"""What a scripted model answers to the body of a request."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Server:
    """The running server: its address, and what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._http.server_port}/v1"

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Stay quiet."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    server.requests.append(body)
                    server.keys.append(self.headers.get("authorization", ""))
                    server.at_once += 1
                    server.most_at_once = max(server.most_at_once, server.at_once)
                try:
                    reply = server.script(body)
                    time.sleep(reply.wait)
                finally:
                    with server._lock:
                        server.at_once -= 1
                self.answer(reply, body)

            def answer(self, reply: Reply, body: dict[str, Any]) -> None:
                content = reply.body if reply.body is not None else json.dumps(_completion(reply, body)).encode()
                try:
                    self.send_response(reply.status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(content)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:  # who asked has gone
                    self.close_connection = True

        return Handler

    def run(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def prompts(self) -> list[str]:
        """The words of each question."""
        return ["\n".join(str(m["content"]) for m in r["messages"]) for r in self.requests]


def _completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    if reply.status >= 400:
        return {"error": {"message": reply.text or "the server failed", "type": "scripted", "code": reply.status}}
    prompt = sum(len(str(m.get("content"))) for m in body["messages"]) // 4
    done = {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": reply.finish, "message": {"role": "assistant", "content": reply.text}}],
    }
    counted = {"prompt_tokens": prompt, "completion_tokens": len(reply.text) // 4, "total_tokens": prompt + len(reply.text) // 4}
    return {**done, "usage": counted} if reply.usage else done


def one_after_the_other(*replies: Reply | str) -> Script:
    """The replies in this order; the last one again and again."""
    left: list[Reply | str] = list(replies)
    lock = threading.Lock()

    def script(body: dict[str, Any]) -> Reply:
        with lock:
            reply = left.pop(0) if len(left) > 1 else left[0]
        return Reply(reply) if isinstance(reply, str) else reply

    return script


@contextmanager
def serving(script: Script | Sequence[Reply | str]) -> Iterator[Server]:
    """A server that runs while the block does."""
    server = Server(script if callable(script) else one_after_the_other(*script))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
