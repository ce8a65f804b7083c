"""As much of Kubernetes' API as Snakemake's executor calls: a job is a process in an empty folder."""

import json
import os
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: here, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: me, user: {{}}}}]
contexts: [{{name: here, context: {{cluster: here, user: me}}}}]
current-context: here
"""


class Api(ThreadingHTTPServer):
    """It listens on a free port of the loopback until `stop`."""

    def __init__(self, place: Path):
        super().__init__(("127.0.0.1", 0), Handler)
        self.place, self.jobs = place, {}
        self.config = place / "kubeconfig"
        self.config.write_text(CONFIG.format(port=self.server_port))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        for process in self.jobs.values():
            process.kill()

    def start(self, job: dict[str, Any]) -> None:
        """What a job's container is asked to do, with its own variables."""
        (container,) = job["spec"]["template"]["spec"]["containers"]
        folder = tempfile.mkdtemp(prefix="apart-", dir=self.place)
        with open(f"{folder}.log", "wb") as log:
            self.jobs[job["metadata"]["name"]] = subprocess.Popen(
                [*container["command"], *container["args"]],
                cwd=folder, env=os.environ, stdout=log, stderr=log,
            )  # fmt: skip

    def status(self, name: str) -> dict[str, int]:
        code = self.jobs[name].poll()
        return {"active": 1} if code is None else {"failed" if code else "succeeded": 1}


class Handler(BaseHTTPRequestHandler):
    """Secrets are taken and not looked at; pods are not shown, so the job's own status counts."""

    server: Api

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/jobs"):
            self.server.start(sent)
        self._answer(sent)

    def do_GET(self) -> None:
        if self.path.endswith("/status"):
            name = self.path.split("/")[-2]
            self._answer({"metadata": {"name": name}, "status": self.server.status(name)})
        else:
            self._answer({"kind": "PodList", "items": []})

    def do_DELETE(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer({"kind": "Status", "status": "Success"})

    def _answer(self, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass
