"""The story of ci/demo --sharded: a database spread over two shards by Citus, which gets a third, loses a primary, and shrinks."""
import time
import types

import screen
from e2e.cluster import Cluster, restart_count
from e2e.history import History
from e2e.sharded import DATABASE, Sharded
from e2e.world import expect, wait_until
from screen import say
from story import Story
from told import Told, group_rows, notes

ROWS_BEFORE = 10_000
TABLES = ("create table products (id bigint primary key, name text)",
          "select create_reference_table('products')",
          "insert into products select id, 'product ' || id from generate_series(1, 100) as id",
          "create table orders (id bigint primary key, product bigint not null default 1 + random() * 99, at timestamptz default now())",
          "select create_distributed_table('orders', 'id')",
          f"insert into orders select -id from generate_series(1, {ROWS_BEFORE}) as id")
WHOLE = "select count(*) from orders join products on products.id = orders.product where orders.id < 0"
# Which group holds a row.
GROUP_OF_ROWS = """
select id, groupid from unnest(array[{}]::bigint[]) as id
join pg_dist_placement on shardid = get_shard_id_for_distribution_column('orders', id)"""


def longest_pause(instant, moments):
    """The longest time without one of these moments, from `instant` on."""
    return max((later - earlier for earlier, later in zip([instant, *moments], moments)), default=float("nan"))


class ShardedStory(Story):
    example, kinds, database = "examples/sharded.yaml", "bgshardedclusters,bgclusters", DATABASE

    def __init__(self, arguments):
        super().__init__(arguments)
        self.sharded, self.told, self.groups = None, None, {}

    def title(self, text):
        """What the status tells counts its seconds from each."""
        super().title(text)
        if self.told:
            self.told.begin()

    def bring_up(self):
        self.start_world()
        spec = self.apply()["spec"]
        expect(spec["database"] == self.database, f"{self.example} has another database than {self.database}")
        self.sharded = Sharded(self.context(spec["workers"]["image"]["tag"]), spec["shards"], **spec["workers"])
        self.told = Told(History(self.world, self.kinds.split(",")[0], "").seen)
        self.table = screen.Table(self.tables, lambda: notes(self.sharded.status()), self.told.news)
        seconds = self.follow(lambda: self.sharded.wait_ready(600))
        screen.result(f"a coordinator and {spec['shards']} shards after {seconds:.1f} s")
        self.show()

    def context(self, image):
        """What the groups of a sharded cluster ask of a case."""
        return types.SimpleNamespace(
            world=self.world, name=self.name, image=image, sharded=[],
            cluster=lambda suffix, **spec: Cluster(self.world, self.name + suffix, spec.pop("image")["tag"], **spec))

    def tables(self):
        """A group that leaves is no longer one of self.sharded's, and is seen until it is gone."""
        self.groups.update({group.name: group for group in self.sharded.all})
        rows = group_rows(self.sharded.status())
        return [rows, screen.members([self.groups[row[1]] for row in rows[1:]])]

    def follow(self, act):
        """Draws until `act` ends: how many seconds that took."""
        started = time.monotonic()
        with self.table:
            act()
        return time.monotonic() - started

    def show(self):
        say("\n" + self.world.kubectl("get", self.kinds).rstrip())

    def make_tables(self):
        self.title(f"a distributed and a reference table, {self.through(self.sharded.coordinator)}")
        for statement in TABLES:
            say(f"{self.database}=> {statement}")
            self.query(statement)

    def ask_for(self, shards):
        self.title(f"kubectl patch bgsclu {self.name} --type=merge -p '{{\"spec\": {{\"shards\": {shards}}}}}'")
        return time.time(), self.sharded.ask_for(shards)

    def settle(self, instant):
        self.sharded.wait_ready(400)
        self.writer.wait_write_after(time.time())
        return self.writer.longest_gap(instant)

    def placements(self, group):
        return next((one.get("placements", 0) for one in self.sharded.status()["groups"] if one["name"] == group.name), 0)

    def add_shard(self):
        instant, _ = self.ask_for(len(self.sharded.workers) + 1)
        added = self.sharded.workers[-1]

        def has_its_share():
            wait_until(f"{added.name} holds data", lambda: self.placements(added), 400)
            self.pauses.append((f"while {added.name} came and got its share", self.settle(instant)))

        seconds = self.follow(has_its_share)
        screen.result(f"{added.name} holds {self.placements(added)} shards after {seconds:.1f} s; "
                      f"writes paused for {self.pauses[-1][1]:.1f} s at most")

    def kill_primary(self):
        group = self.sharded.workers[0]
        killed, number = group.leader(), group.spec["citus"]["group"]
        before = restart_count(group.pods()[killed])
        self.title(f"SIGKILL of the container of {killed}, the primary of {group.name}")
        instant = time.time()

        def recover():
            self.world.hooks.kill_container(killed)
            wait_until("the fault takes effect", lambda: restart_count(group.pods()[killed]) > before, 120)
            group.wait_ready(300)
            again = time.time()
            wait_until(f"writes to the shards of {group.name} succeed", lambda: self.written(again, number)[0], 120)
            self.settle(instant)

        self.follow(recover)
        here, elsewhere = (longest_pause(instant, moments) for moments in self.written(instant, number))
        screen.result(f"writes to the shards of {group.name} succeed again after {here:.1f} s, with {group.leader()} as primary; "
                      f"writes to the other shards paused for {elsewhere:.1f} s at most")
        self.pauses.append((f"to the shards of {group.name}, whose primary was killed", here))

    def written(self, instant, number):
        """When rows of a group were acknowledged after `instant`, and when others: by one client, so that a write that waits for
        one group keeps the others waiting."""
        rows = [(when, row) for when, row in self.writer.outcomes("ack") if when > instant]
        groups = dict(line.split("|") for line in self.query(GROUP_OF_ROWS.format(",".join(str(row) for _, row in rows))))
        here = [when for when, row in rows if groups[str(row)] == str(number)]
        return here, [when for when, row in rows if groups[str(row)] != str(number)]

    def remove_shard(self):
        instant, (leaving,) = self.ask_for(len(self.sharded.workers) - 1)

        def goes():
            self.sharded.wait_gone(leaving)
            self.pauses.append((f"while {leaving.name} was emptied and went", self.settle(instant)))

        seconds = self.follow(goes)
        screen.result(f"{leaving.name} is gone after {seconds:.1f} s; writes paused for {self.pauses[-1][1]:.1f} s at most")
        self.show()

    def count(self):
        code = super().count()
        say(f"{self.database}=> {WHOLE}")
        found = int(self.query(WHOLE)[0])
        tell = screen.result if found == ROWS_BEFORE else screen.failure
        tell(f"{found} of the {ROWS_BEFORE} rows made before, each with its row of the reference table")
        return code if found == ROWS_BEFORE else 1

    def tell(self):
        self.bring_up()
        self.make_tables()
        self.write(self.sharded.coordinator, database=self.database, table="orders")
        self.add_shard()
        self.kill_primary()
        self.remove_shard()
        return self.count()
