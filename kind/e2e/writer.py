"""Clients as pods: a writer that records the outcome of every row, and single statements with their result."""
import json
import time

from e2e.world import Failure, expect, wait_until

# Runs in the cluster's own image (Python and psycopg2 come with Patroni). A row is acknowledged only when COMMIT returned
# without a warning: a cancelled wait for the synchronous standby returns success together with one.
WRITER = r"""
import os, select, sys, time
import psycopg2, psycopg2.extensions, psycopg2.extras

deadline, table = 0.0, os.environ["TABLE"]

def wait(connection):
    while True:
        state = connection.poll()
        if state == psycopg2.extensions.POLL_OK:
            return
        readable = [connection.fileno()] if state == psycopg2.extensions.POLL_READ else []
        writable = [connection.fileno()] if state == psycopg2.extensions.POLL_WRITE else []
        left = deadline - time.monotonic()
        if left <= 0 or not any(select.select(readable, writable, [], left)):
            raise TimeoutError("no answer in time")

psycopg2.extensions.set_wait_callback(wait)
say = lambda *words: print(f"{time.time():.3f}", *words, flush=True)
connection, number = None, 0
while True:
    number += 1
    sent = False
    deadline = time.monotonic() + 3
    try:
        if connection is None:
            connection = psycopg2.connect(host=os.environ["TARGET"], user="postgres", password=os.environ["PGPASSWORD"],
                                          dbname=os.environ["PGDATABASE"], connect_timeout=2, application_name="writer")
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(f"create table if not exists {table} (id bigint primary key)")
        del connection.notices[:]
        sent = True
        cursor.execute(f"insert into {table} (id) values (%s)", (number,))
        say("unknown" if connection.notices else "ack", number)
    except psycopg2.Error as error:
        # An error that the server itself reported, other than a shutdown, says that nothing was written.
        refused = sent and error.pgcode is not None and not error.pgcode.startswith("57")
        say("unknown" if sent and not refused else "refused", number, str(error).strip().split("\n")[0])
        connection = None
        time.sleep(0.05)
    except (OSError, TimeoutError) as error:
        say("unknown" if sent else "refused", number, error)
        connection = None
    time.sleep(0.05)
"""


def pod_manifest(name, image, script, environment, labels=None):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels or {}, role="e2e-client")},
        "spec": {
            "restartPolicy": "Never", "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 1,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 999, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "client", "image": image, "imagePullPolicy": "IfNotPresent",
                "command": ["python3", "-u", "-c", script],
                "env": environment,
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    }


def connection_environment(cluster, service, database="postgres"):
    return [{"name": "TARGET", "value": service}, {"name": "PGDATABASE", "value": database},
            {"name": "PGPASSWORD", "valueFrom": {"secretKeyRef": {"name": cluster.secret, "key": "superuser-password"}}}]


class Writer:
    """Writes rows through the primary Service from its creation to stop(); makes its table where there is none."""

    def __init__(self, cluster, database="postgres", table="e2e_rows"):
        self.cluster = cluster
        self.database, self.table = database, table
        self.world = cluster.world
        self.name = f"{cluster.name}-writer"
        self.lines = []

    def start(self):
        image = self.cluster.spec["image"]["tag"]
        self.world.apply(pod_manifest(self.name, image, WRITER, self.asked_environment(self.cluster.name)))
        wait_until(f"{self.name} has its first row acknowledged", lambda: self.outcomes("ack"), 90)
        return self

    def asked_environment(self, target):
        """What WRITER reads, as a pod's manifest says it."""
        return connection_environment(self.cluster, target, self.database) + [{"name": "TABLE", "value": self.table}]

    def read(self):
        text = self.world.logs(self.name)
        self.lines = [line.split(" ", 3) for line in text.splitlines() if line and line[0].isdigit()]
        return self.lines

    def outcomes(self, outcome):
        return [(float(line[0]), int(line[2])) for line in self.read() if line[1] == outcome]

    def wait_write_after(self, instant, timeout=60):
        """Until a row was acknowledged that was written later than `instant`."""
        wait_until("writes succeed again", lambda: (self.outcomes("ack") or [(0, 0)])[-1][0] > instant, timeout)

    def longest_gap(self, instant):
        """The longest time without an acknowledged row that ended after `instant`."""
        acknowledged = [when for when, _ in self.outcomes("ack")]
        gaps = [later - max(earlier, instant) for earlier, later in zip(acknowledged, acknowledged[1:]) if later > instant]
        return max(gaps, default=0.0)

    def stop(self):
        self.read()
        self.world.delete("pod", self.name, "--wait=true")

    def missing(self):
        """Acknowledged rows that the cluster does not hold, and how many rows have an unknown outcome."""
        acknowledged = {number for _, number in self.final("ack")}
        unknown = {number for _, number in self.final("unknown")}
        stored = {int(row) for row in sql(self.cluster, f"select id from {self.table}", database=self.database).split()}
        return sorted(acknowledged - stored), len(unknown), len(acknowledged)

    def expect_all(self, context=None):
        """No acknowledged row is missing; call stop() first."""
        missing, unknown, total = self.missing()
        if context is not None:
            context.figure(f"{total} rows acknowledged, {unknown} unknown")
        expect(total, "no row was acknowledged")
        expect(not missing, f"{len(missing)} of {total} acknowledged rows are missing: {missing[:5]} ({unknown} unknown)")

    def final(self, outcome):
        return [(float(line[0]), int(line[2])) for line in self.lines if line[1] == outcome]


QUERY = r"""
import os, psycopg2, time
# A Service may lead to nobody for a moment after its cluster was seen to be ready: outages are the writer's to measure.
for patience in range(15, -1, -1):
    try:
        connection = psycopg2.connect(host=os.environ["TARGET"], user="postgres", password=os.environ["PGPASSWORD"],
                                      dbname=os.environ["PGDATABASE"], connect_timeout=5)
        break
    except psycopg2.OperationalError:
        if patience == 0:
            raise
        time.sleep(1)
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(os.environ["STATEMENT"])
print("rows:")
for row in (cursor.fetchall() if cursor.description else []):
    print(*row)
"""


def sql(cluster, statement, service=None, timeout=60, database="postgres"):
    """Runs one statement through a Service (the primary's by default) and returns its rows as text."""
    name = f"{cluster.name}-sql-{int(time.time() * 1000) % 100000000}"
    environment = connection_environment(cluster, service or cluster.name, database)
    environment.append({"name": "STATEMENT", "value": statement})
    pod = pod_manifest(name, cluster.spec["image"]["tag"], QUERY, environment)
    return run_pod(cluster.world, pod, repr(statement), timeout)


def run_pod(world, pod, what, timeout=60):
    """Runs a client to its end and returns what it printed after "rows:"."""
    name = pod["metadata"]["name"]
    world.apply(pod)

    def finished():
        phase = world.get("pods", name).get("status", {}).get("phase")
        return phase if phase in ("Succeeded", "Failed") else None

    try:
        phase = wait_until(f"{what} ends", finished, timeout, every=0.3)
        output = world.logs(name)
        expect(phase == "Succeeded", f"{what} failed: {output.strip()[-300:]}")
        return output.split("rows:\n", 1)[-1].strip()
    finally:
        world.delete("pod", name, "--wait=false", check=False)
