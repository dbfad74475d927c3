"""The real server in a process of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

START = """
import json
import sys
from pathlib import Path
from datetime import timedelta
from auditor.web.access import Access
from auditor.web.app import serve
options = json.loads(sys.argv[2])
access = Access(options["login"], proxies=tuple(options["proxies"]), look_again=timedelta(seconds=0.5))
serve(Path(sys.argv[1]), port=0, access=access, on_ready=lambda url: print(url, flush=True))
"""


@contextlib.contextmanager
def running(home: Path, folder: Path, *, login: bool = False, proxies: Sequence[str] = ()) -> Iterator[str]:
    """Serve a home from a process started in ``folder``; gives the address. Ctrl-C must end it, also while a browser looks.

    With a login, open pages look for the end of their session twice a second.
    """
    folder.mkdir(exist_ok=True)
    with (folder.parent / "server.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(home), json.dumps({"login": login, "proxies": list(proxies)})],
            cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            log.seek(0)
            assert url, log.read()
            yield url.rstrip("/")
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.close()
            try:
                process.wait(30)
            finally:
                process.kill()
                process.wait()
        log.seek(0)
        assert "Traceback" not in log.read()
        assert process.returncode == 0


def get(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, Mapping[str, str], bytes]:
    """Fetch a URL: status, headers (lower case) and body."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    try:
        connection.request("GET", f"{where.path or '/'}?{where.query}", headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()
