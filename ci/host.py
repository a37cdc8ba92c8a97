"""A local world seen from this machine: its Service and pod addresses are addresses of this machine."""
import atexit
import base64
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kind"))

from e2e.world import wait_until  # noqa: E402
from e2e.writer import WRITER, Writer  # noqa: E402


class HostWriter(Writer):
    """The writer as a process of this machine."""

    def __init__(self, cluster, address, log, **where):
        super().__init__(cluster, **where)
        self.address, self.log, self.process = address, log, None

    def environment(self):
        """That of the writer's pod, with the password in place of where a pod finds it."""
        asked = self.asked_environment(self.address)
        return {"PATH": os.environ["PATH"],
                **{one["name"]: one["value"] if "value" in one else self.cluster.password() for one in asked}}

    def start(self):
        self.process = subprocess.Popen(["/usr/bin/python3", "-u", "-c", WRITER], env=self.environment(),
                                        stdout=open(self.log, "wb"), stderr=subprocess.STDOUT)
        atexit.register(self.process.kill)
        wait_until("the first row is acknowledged", lambda: self.outcomes("ack"), 60)
        return self

    def read(self):
        text = pathlib.Path(self.log).read_text()
        complete = text[:text.rfind("\n") + 1]
        self.lines = [line.split(" ", 3) for line in complete.splitlines() if line[:1].isdigit()]
        return self.lines

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.read()


def ask_patroni(cluster, leader, candidate):
    """A switchover by Patroni's REST API, as an administrator asks for it; Patroni's answer."""
    secret = cluster.world.get("secrets", cluster.name)["data"]["restapi-password"]
    credentials = base64.b64encode(b"patroni:" + base64.b64decode(secret)).decode()
    address = cluster.pods()[leader]["status"]["podIP"]
    body = json.dumps({"leader": leader, "candidate": candidate}).encode()
    request = urllib.request.Request(f"http://{address}:8008/switchover", body,
                                     {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"})
    return urllib.request.urlopen(request, timeout=60).read().decode()
