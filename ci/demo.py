"""The stories that ci/demo tells. Ends with 1 when an acknowledged row is missing or a step does not come to pass."""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kind"))

import screen  # noqa: E402
from demo_sharded import ShardedStory  # noqa: E402
from e2e.cluster import Cluster, restart_count  # noqa: E402
from e2e.world import expect, wait_until  # noqa: E402
from host import ask_patroni  # noqa: E402
from screen import say  # noqa: E402
from story import Story, run  # noqa: E402

NODE_AWAY_SECONDS = 60


class ClusterStory(Story):
    """Three members, hurt three times."""

    example, kinds = "examples/cluster.yaml", "bgclusters"

    def bring_up(self):
        self.start_world()
        spec = self.apply()["spec"]
        self.cluster = Cluster(self.world, self.name, spec["image"]["tag"])
        self.cluster.spec = spec
        self.table = screen.Table(lambda: [screen.members([self.cluster])])
        applied = time.monotonic()
        self.recover()
        screen.result(f"three members after {time.monotonic() - applied:.1f} s")
        say(self.world.kubectl("get", "bgclusters").rstrip())

    def hurt(self, title, act, took_effect):
        self.cluster.wait_sync()
        time.sleep(2)
        self.title(title)
        before, instant = self.cluster.leader(), time.time()
        with self.table:
            act(before)
            wait_until(f"{title}: takes effect", lambda: took_effect(before), 120)
            self.writer.wait_write_after(time.time(), 120)
            pause = self.writer.longest_gap(instant)
            expect(self.cluster.leader(), "nobody leads")
        screen.result(f"writes succeed again after {pause:.1f} s; leader {before} -> {self.cluster.leader()}")
        self.pauses.append((title, pause))
        return instant

    def another_leads(self, before):
        return self.cluster.leader() not in ("", before)

    def kill_container(self):
        restarts = restart_count(self.cluster.pods()[self.cluster.leader()])
        self.hurt("SIGKILL of the primary's container: it restarts in place", self.world.hooks.kill_container,
                  lambda killed: restart_count(self.cluster.pods()[killed]) > restarts)
        self.recover("three members again")

    def switch_over(self):
        candidate = self.cluster.sync_standbys()[0]
        self.hurt(f"a planned switchover to {candidate}", lambda leader: ask_patroni(self.cluster, leader, candidate),
                  self.another_leads)
        self.recover("three members again")

    def lose_node(self):
        node = self.cluster.pods()[self.cluster.leader()]["spec"]["nodeName"]
        instant = self.hurt(f"loss of {node}, the node under the primary: all its processes die",
                            lambda _: self.world.hooks.lose_node(node), self.another_leads)
        self.title(f"{node} stays away until a minute has passed")
        with self.table:
            time.sleep(max(0.0, instant + NODE_AWAY_SECONDS - time.time()))
        self.title(f"{node} comes back")
        self.world.hooks.return_node(node)
        self.recover("its member has rejoined")

    def recover(self, sentence=""):
        started = time.monotonic()
        with self.table:
            self.cluster.wait_ready(300)
            self.cluster.wait_sync()
        if sentence:
            screen.result(f"{sentence} after another {time.monotonic() - started:.1f} s, on timeline {self.cluster.timeline()}")

    def tell(self):
        self.bring_up()
        self.write(self.cluster)
        self.kill_container()
        self.switch_over()
        self.lose_node()
        return self.count()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--after", type=float, default=0, help="seconds that the titles begin to count from")
    parser.add_argument("--sharded", action="store_true")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    return run(ShardedStory(arguments) if arguments.sharded else ClusterStory(arguments))


if __name__ == "__main__":
    sys.exit(main())
