"""Whether members take writes, asked of each one directly and all the time: two at once are a split brain."""
from dataclasses import dataclass

from e2e.world import expect, wait_until
from e2e.writer import connection_environment, pod_manifest, sql

# One thread a member. A write waits for no standby, so that a lonely primary counts as the primary that it is.
PROBE = r"""
import os, sys, threading, time
import psycopg2

lock = threading.Lock()

def probe(name, address):
    connection, last = None, ""
    while True:
        began = time.time()
        try:
            if connection is None:
                connection = psycopg2.connect(host=address, user="postgres", password=os.environ["PGPASSWORD"],
                                              dbname="postgres", connect_timeout=2, application_name="probe",
                                              options="-c synchronous_commit=local -c statement_timeout=2000")
                connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("select pg_is_in_recovery()")  # asked first: refused writes would fill the server's log
            state = "read-only" if cursor.fetchone()[0] else "writable"
            if state == "writable":
                cursor.execute("insert into e2e_probes values (%s)", (name,))
        except psycopg2.Error:
            state, connection = "down", None
        if state == "writable" or state != last:
            with lock:
                print(f"{began:.3f} {time.time():.3f} {name} {state}", flush=True)
        last = state
        time.sleep(0.05)

for target in os.environ["TARGETS"].split():
    threading.Thread(target=probe, args=target.split("=")).start()
"""


@dataclass(frozen=True)
class Probed:
    began: float
    ended: float
    member: str
    state: str  # writable, read-only or down


def read_probes(text):
    lines = [line.split() for line in text[:text.rfind("\n") + 1].splitlines() if line[:1].isdigit()]
    return [Probed(float(began), float(ended), member, state) for began, ended, member, state in lines]


class Probes:
    """Runs from start() to stop(); the members' pods must keep their addresses meanwhile."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.name = f"{cluster.name}-probes"
        self.seen = []

    def start(self):
        sql(self.cluster, "create table e2e_probes (member text)")
        targets = " ".join(f"{name}={pod['status']['podIP']}" for name, pod in self.cluster.pods().items())
        environment = connection_environment(self.cluster, self.cluster.name) + [{"name": "TARGETS", "value": targets}]
        self.cluster.world.apply(pod_manifest(self.name, self.cluster.spec["image"]["tag"], PROBE, environment))
        wait_until("every member was probed", lambda: len({one.member for one in self.read()}) == len(self.cluster.pods()), 60)
        return self

    def read(self):
        self.seen = read_probes(self.cluster.world.logs(self.name))
        return self.seen

    def stop(self):
        self.read()
        self.cluster.world.delete("pod", self.name, "--wait=true")

    def writes(self, member):
        return [one for one in self.seen if one.member == member and one.state == "writable"]


def seconds_between_primaries(probes, former, heir):
    """From the last moment in which `former` may have taken a write to the first in which `heir` may: negative is an overlap."""
    expect(probes.writes(former) and probes.writes(heir), f"{former} or {heir} was never seen to take a write")
    return probes.writes(heir)[0].began - probes.writes(former)[-1].ended
