"""What ci/demo prints: titles, and live tables with a line about the writes below them."""
import json
import shutil
import sys
import threading
import time

from e2e.cluster import is_ready
from e2e.world import Failure

HEADER = ("MEMBER", "ROLE", "STATE", "TIMELINE", "LAG", "NODE", "POD")


def on_terminal():
    return sys.stdout.isatty()


def styled(text, code):
    return f"\x1b[{code}m{text}\x1b[0m" if on_terminal() else text


def say(text=""):
    print(text, flush=True)


def title(text, seconds):
    say("\n" + styled(f"== {text}", "1") + f" ({seconds:.0f} s)")


def result(text):
    say(styled(f"-> {text}", "1;32"))


def failure(text):
    say(styled(text, "1;31"))


def member_row(name, pod, leader, sync):
    """One line of the table: what Patroni says of a member in its pod's annotation, and its pod."""
    status = json.loads(pod["metadata"].get("annotations", {}).get("status", "{}"))
    location = status.get("xlog_location")
    role = "primary" if name == leader["leader"] else "sync standby" if name in sync else status.get("role", "")
    if role in ("master", "primary") and name != leader["leader"]:
        role = "was primary"  # nothing in Patroni expires what a dead member said last
    lag = "-" if role == "primary" or location is None else f"{max(0, leader['optime'] - int(location)) // 1024} KiB"
    ready = "leaving" if "deletionTimestamp" in pod["metadata"] else "ready" if is_ready(pod) else "not ready"
    state = status.get("replication_state") or status.get("state") or pod["status"].get("phase", "")
    return (name, role, state, str(status.get("timeline", "")), lag, pod["spec"].get("nodeName", ""), ready)


def members(clusters):
    """The table of all members of these clusters."""
    rows = [HEADER]
    for cluster in clusters:
        annotations = cluster.annotations("leader")
        leader = {"leader": annotations.get("leader", ""), "optime": int(annotations.get("optime", 0) or 0)}
        sync = cluster.sync_standbys()
        rows += [member_row(name, pod, leader, sync) for name, pod in sorted(cluster.pods().items())]
    return rows


def fitting(lines):
    """A line that wraps would not be redrawn in place."""
    return [line[:shutil.get_terminal_size().columns - 1] for line in lines] if on_terminal() else list(lines)


def block(rows):
    header, *others = fitting(aligned(rows))
    return [styled(header, "2"), *others]


def settled(rows):
    """Without what changes all the time."""
    return [[cell for name, cell in zip(rows[0], row) if name != "LAG"] for row in rows]


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) + 2 for i in range(len(rows[0]))]
    return ["  " + "".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


class Table:
    """Tables redrawn in place every second on a terminal, each printed when it changes elsewhere. `with table:` follows."""

    def __init__(self, tables, notes=list, news=list):
        self.tables = tables  # each a list of rows, the first its header
        self.notes = notes  # sentences below the tables
        self.news = news  # sentences that stay above them, each told once
        self.writer = None  # of ci/host.py, once it runs
        self.last, self.drawn = {}, 0
        self.stopping, self.thread = None, None

    def writes(self):
        """One line: how many rows were acknowledged, and for how long none was."""
        acknowledged = self.writer.outcomes("ack")
        silence = time.time() - acknowledged[-1][0]
        text = f"  {len(acknowledged)} rows acknowledged"
        return text if silence < 1 else text + styled(f", none for {silence:.0f} s", "1;33")

    def draw(self):
        tables, notes, news = self.tables(), fitting(f"  {note}" for note in self.notes()), [f"  {one}" for one in self.news()]
        if not on_terminal():
            self.print_changes(tables, notes, news)
            return
        below = notes + ([self.writes()] if self.writer else [])
        lines = [line for rows in tables for line in [*block(rows), ""]][:None if notes else -1] + below
        sys.stdout.write(f"\x1b[{self.drawn}A\x1b[J" if self.drawn else "")
        say("\n".join(news + lines))
        self.drawn = len(lines)

    def print_changes(self, tables, notes, news):
        now = {**{number: settled(rows) for number, rows in enumerate(tables)}, "notes": notes}
        changed = [block(rows) for number, rows in enumerate(tables) if now[number] != self.last.get(number)]
        for lines in [news, *changed, notes if notes != self.last.get("notes") else []]:
            if lines:
                say("\n".join(lines) + "\n")
        self.last = now

    def follow(self):
        while not self.stopping.wait(1.0):
            self.try_draw()

    def try_draw(self):
        try:
            self.draw()
        except Failure:
            pass  # a poll that failed is made up for by the next

    def __enter__(self):
        self.last, self.drawn = {}, 0
        self.stopping = threading.Event()
        self.try_draw()
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        self.try_draw()
