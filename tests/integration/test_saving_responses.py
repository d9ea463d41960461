# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's command that saves a response, run against an https server of this machine."""

from __future__ import annotations

import gzip
import shlex
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from lxml import etree

from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.clients.certificates import (
    certificate,
    files,
    key,
    pem,
)

from .conftest import NAMESPACE_OUTLOOK
from .test_documentation import README, block_after

COMMAND = block_after("To get it, ask the server", "sh")
ANSWER = block_after("2. Keep the answer", "xml").encode()
KEPT = b"what was saved before"
NAME = "autodiscover.example.org"
PATH = "/autodiscover/autodiscover.xml"
REQUEST = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006}"


class Server(HTTPServer):
    """Answers ``status``, ``headers`` and ``text``, and keeps what it was asked, as (path, headers, body)."""

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        its_key = key("ec")
        paths = files(directory, certificate=certificate(NAME, its_key), key=pem(its_key))
        self.certificate = paths["certificate"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, paths["key"])
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.asked: list[tuple[str, Mapping[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.text = b""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": str(len(self.server.text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.text)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The Autodiscover server of example.org."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    with Server(tmp_path) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "headers", "text", "end", "printed", "saved"),
    [
        pytest.param(200, {}, ANSWER, 0, "200", ANSWER, id="answer"),
        pytest.param(200, {"Content-Encoding": "gzip"}, gzip.compress(ANSWER), 0, "200", ANSWER, id="compressed"),
        pytest.param(
            302, {"Location": "http://x.example/"}, b"<html/>", 47, "302 http://x.example/", KEPT, id="redirect"
        ),
        pytest.param(401, {"WWW-Authenticate": "Basic"}, b"no", 22, "401", KEPT, id="wants a login"),
        pytest.param(404, {}, b"<html/>", 22, "404", KEPT, id="not there"),
    ],
)
def test_a_response_is_saved(
    tmp_path: Path,
    server: Server,
    status: int,
    headers: dict[str, str],
    text: bytes,
    end: int,
    printed: str,
    saved: bytes,
) -> None:
    server.status, server.headers, server.text = status, headers, text
    file = tmp_path / "answers" / "example.org.xml"
    if saved == KEPT:
        file.parent.mkdir()
        file.write_bytes(KEPT)
    # The command as it stands, led to our server, whose certificate is checked all the same.
    here = f"curl --cacert {server.certificate} --connect-to {NAME}:443:127.0.0.1:{server.server_port} "
    done = subprocess.run(
        ["sh", "-c", COMMAND.replace("curl ", here, 1)], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == end, done.stderr
    assert done.stdout.strip() == printed
    assert file.read_bytes() == saved
    ((path, asked, body),) = server.asked
    assert path == PATH and asked["Content-Type"] == "text/xml; charset=utf-8" and "Authorization" not in asked
    request = etree.fromstring(body)
    assert [element.tag for element in request.iter()] == [
        f"{REQUEST}{name}" for name in ("Autodiscover", "Request", "EMailAddress", "AcceptableResponseSchema")
    ]
    assert request.findtext(f".//{REQUEST}EMailAddress") == "ada@example.org"
    assert request.findtext(f".//{REQUEST}AcceptableResponseSchema") == NAMESPACE_OUTLOOK


def test_only_https_is_asked_and_nothing_is_sent_or_followed_without_being_said() -> None:
    command = shlex.split(COMMAND)
    assert command[0] == "curl" and command[command.index("--proto") + 1] == "=https"
    assert command[command.index("--max-redirs") + 1] == "0"
    assert not {"--user", "-u", "--insecure", "-k"} & set(command)
    assert command[-1] == f"https://{NAME}{PATH}" and f"`https://example.org{PATH}`" in README
