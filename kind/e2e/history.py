"""Every state that the API server showed of some objects: unlike a poll, a watch misses none."""
import json
import subprocess
import threading
import time
from dataclasses import dataclass

from e2e.cluster import is_ready
from e2e.world import Failure, wait_until


@dataclass(frozen=True)
class Seen:
    when: float
    type: str  # ADDED, MODIFIED or DELETED
    object: dict

    @property
    def name(self):
        return self.object["metadata"]["name"]


class History:
    """`kubectl get --watch` from creation to stop(). Not for cases that stop the API server: its end would end this."""

    def __init__(self, world, kind, selector):
        self.what = f"{kind} of {selector}"
        self.seen = []
        command = [world.kubectl_path, "--kubeconfig", world.kubeconfig, "-n", world.namespace, "get", kind, "-l", selector,
                   "--watch", "--output-watch-events", "-o", "json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        wait_until(f"a watch of {self.what} shows something", lambda: self.seen, 30, every=0.1)

    def read(self):
        text = ""
        for line in self.process.stdout:
            text += line
            try:
                event = json.loads(text)
            except ValueError:
                continue  # one version of kubectl writes an event on a line, another indents it
            self.seen.append(Seen(time.time(), event["type"], event["object"]))
            text = ""

    def stop(self):
        if self.process.poll() is not None:
            raise Failure(f"the watch of {self.what} ended early: what it missed is not known")
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        return self.seen


def most_down(seen, members):
    """How many of the ready pods were not ready at the worst moment, after all had been."""
    ready, complete, worst = set(), False, 0
    for one in seen:
        up = one.type != "DELETED" and is_ready(one.object) and "deletionTimestamp" not in one.object["metadata"]
        (ready.add if up else ready.discard)(one.name)
        complete = complete or len(ready) == members
        worst = max(worst, members - len(ready)) if complete else worst
    return worst


def leaders(seen, name):
    """Who held the leader lock, one after the other, by the versions of Patroni's leader object `name`."""
    holders = []
    for one in seen:
        holder = one.object["metadata"].get("annotations", {}).get("leader", "")
        if one.name == name and holder and (not holders or holders[-1] != holder):
            holders.append(holder)
    return holders
