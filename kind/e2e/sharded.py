"""The groups of a sharded cluster, and what Citus itself says of them."""
import json

from e2e.cluster import merged
from e2e.world import Failure, Skipped, expect, wait_until
from e2e.writer import connection_environment, pod_manifest, run_pod, sql

DATABASE = "app"
GROUP = {"instances": 2, "patroni": {"synchronous": "preferred"}}

FIND_EXTENSION = r"""
import glob
print("rows:")
print(*glob.glob("/usr/share/postgresql/*/extension/citus.control"))
"""


# Asks every node all the time, and prints what changes.
WATCH = r"""
import json, os, time
import psycopg2

connections, last = {}, {}
while True:
    for target in os.environ["TARGETS"].split():
        try:
            if target not in connections:
                connections[target] = psycopg2.connect(host=target, user="postgres", password=os.environ["PGPASSWORD"],
                                                       dbname=os.environ["PGDATABASE"], connect_timeout=2,
                                                       options="-c statement_timeout=2000")
                connections[target].autocommit = True
            cursor = connections[target].cursor()
            cursor.execute("select groupid, nodename from pg_dist_node where noderole = 'primary'")
            seen = json.dumps(dict(cursor.fetchall()), sort_keys=True)
        except psycopg2.Error:
            connections.pop(target, None)
            seen = "{}"
        if seen != last.get(target):
            print(f"{time.time():.3f}", target, seen, flush=True)
        last[target] = seen
    time.sleep(0.2)
"""


def need_citus(context):
    """The image may lack the extension: Debian does not package it."""
    world = context.world
    if not hasattr(world, "citus_control"):
        pod = pod_manifest(f"{context.name}-look", context.image, FIND_EXTENSION, [])
        world.citus_control = run_pod(world, pod, "the search for the extension")
    if not world.citus_control:
        raise Skipped("no citus extension")


class Groups:
    """One BGCluster a group, the coordinator first."""

    def __init__(self, context, workers, **spec):
        need_citus(context)
        self.context, self.world, self.scope = context, context.world, context.name
        self.spec = merged(GROUP, spec)
        self.coordinator = self.add("-coordinator", 0)
        self.workers = [self.add(f"-worker-{number}", number + 1) for number in range(workers)]

    def add(self, suffix, number):
        return self.context.cluster(suffix, **self.spec, citus={"scope": self.scope, "group": number, "database": DATABASE})

    @property
    def all(self):
        return [self.coordinator, *self.workers]

    def create(self, timeout=400):
        self.world.apply(*[group.manifest() for group in self.all])
        for group in self.all:
            group.wait_ready(timeout)
        self.wait_registered()
        self.world.versions.add("Citus " + self.query("select extversion from pg_extension where extname = 'citus'"))
        return self

    def query(self, statement, group=None, timeout=60):
        return sql(group or self.coordinator, statement, timeout=timeout, database=DATABASE)

    def nodes(self, group=None):
        """What a node's own pg_dist_node says: the address of the primary of each group."""
        rows = self.query("select groupid, nodename from pg_dist_node where noderole = 'primary' order by groupid", group)
        return {int(number): address for number, address in (row.split() for row in rows.splitlines())}

    def leaders(self):
        """What pg_dist_node should say."""
        found = {}
        for group in self.all:
            pod = group.pods().get(group.leader())
            found[group.spec["citus"]["group"]] = (pod or {}).get("status", {}).get("podIP")
        return found

    def wait_registered(self, timeout=60):
        """Until the coordinator, and every worker from its own copy of the metadata, name the leaders of all groups."""
        def agree():
            wanted = self.leaders()
            for group in self.all:
                seen = self.nodes(group)
                if seen != wanted:
                    raise Failure(f"pg_dist_node of {group.name} says {seen}, the leaders are {wanted}")
            return True

        wait_until("pg_dist_node of every node names the leaders", agree, timeout, every=1)

    def make_rows(self, count=1000):
        self.query("create table kept (id bigint primary key, word text)")
        self.query("select create_distributed_table('kept', 'id')")
        self.query(f"insert into kept select id, md5(id::text) from generate_series(1, {count}) as id")
        self.query("create table e2e_rows (id bigint primary key)")
        self.query("select create_distributed_table('e2e_rows', 'id')")
        return self.checksum()

    def checksum(self):
        return self.query("select count(*), md5(string_agg(word, ',' order by id)) from kept")

    def shards(self):
        """How many shards of the table each group holds."""
        rows = self.query("select groupid, count(*) from pg_dist_placement join pg_dist_shard using (shardid) "
                          "where logicalrelid = 'kept'::regclass group by groupid order by groupid")
        return {int(number): int(count) for number, count in (row.split() for row in rows.splitlines())}

    def expect_whole(self, checksum):
        found = self.checksum()
        expect(found == checksum, f"the table was {checksum} and is {found}")


class Sharded(Groups):
    """One BGShardedCluster: the groups are the operator's, and only looked at here."""

    def __init__(self, context, shards, **spec):
        self.whole = spec.pop("whole", {})
        super().__init__(context, shards, **spec)
        context.sharded.append(self)

    def manifest(self):
        group = {key: value for key, value in self.coordinator.spec.items() if key != "citus"}
        return {"apiVersion": "bestgres.io/v1", "kind": "BGShardedCluster", "metadata": {"name": self.scope},
                "spec": dict({"shards": len(self.workers), "database": DATABASE, "coordinator": group, "workers": group}, **self.whole)}

    def create(self, timeout=400):
        self.world.apply(self.manifest())
        self.wait_ready(timeout)
        self.wait_registered()
        self.world.versions.add("Citus " + self.query("select extversion from pg_extension where extname = 'citus'"))
        return self

    def get(self):
        found = self.world.get("bgshardedclusters", self.scope)
        expect(found is not None, f"BGShardedCluster {self.scope} does not exist")
        return found

    def status(self):
        return self.get().get("status", {})

    def edit(self, **spec):
        self.world.patch("bgshardedclusters", self.scope, {"spec": spec})

    def ask_for(self, shards):
        """Wants as many shards; self.workers are those that are to be there in the end."""
        self.edit(shards=shards)
        while len(self.workers) < shards:
            self.workers.append(self.add(f"-worker-{len(self.workers)}", len(self.workers) + 1))
        leaving, self.workers = self.workers[shards:], self.workers[:shards]
        return leaving

    def wait_ready(self, timeout=400):
        def ready():
            current = self.get()
            status = current.get("status", {})
            observed = status.get("observedGeneration") == current["metadata"]["generation"]
            condition = next((one for one in status.get("conditions", []) if one["type"] == "Ready"), {})
            if not observed or condition.get("status") != "True" or status.get("phase") != "Running":
                waits = [one["because"] for one in status.get("waitingFor", [])]
                raise Failure(f"phase {status.get('phase')}, {condition.get('message')}, removal {status.get('removal')}, "
                              f"job {status.get('job')}, waits for {waits}")
            return True

        wait_until(f"{self.scope} is ready", ready, timeout)
        return self

    def wait_gone(self, leaving, timeout=300):
        """Until the removal of a group is over."""
        def gone():
            status = self.status()
            if self.world.get("bgclusters", leaving.name) is not None or status.get("removal"):
                waits = [one["because"] for one in status.get("waitingFor", [])]
                raise Failure(f"removal {status.get('removal')}, waits for {waits}")
            return True

        wait_until(f"{leaving.name} is removed", gone, timeout, every=1)

    def destroy(self):
        self.world.delete("bgshardedclusters", self.scope, "--wait=true", "--ignore-not-found", "--timeout=280s", check=False)


class NodeWatch:
    """What pg_dist_node says on every node, from start() to stop()."""

    def __init__(self, groups):
        self.groups, self.world = groups, groups.world
        self.name = f"{groups.scope}-nodes"

    def start(self):
        services = " ".join(group.name for group in self.groups.all)
        environment = connection_environment(self.groups.coordinator, "", DATABASE) + [{"name": "TARGETS", "value": services}]
        self.world.apply(pod_manifest(self.name, self.groups.context.image, WATCH, environment))
        wait_until("every node was asked", lambda: len({service for _, service, _ in self.read()}) == len(self.groups.all), 60)
        return self

    def read(self):
        lines = [line.split(" ", 2) for line in self.world.logs(self.name).splitlines() if line[:1].isdigit()]
        return [(float(when), service, json.loads(nodes)) for when, service, nodes in lines]

    def seconds_until(self, leaders, since):
        """From `since` until all nodes, for the first time, named these leaders at once."""
        wanted = {str(group): address for group, address in leaders.items()}
        says = {}
        for when, service, nodes in self.read():
            says[service] = nodes
            if when > since and all(says.get(group.name) == wanted for group in self.groups.all):
                return when - since
        raise Failure(f"the nodes never named {wanted} at once: the last that they said is {says}")

    def stop(self):
        self.world.delete("pod", self.name, "--wait=false", "--ignore-not-found", check=False)
