"""What the status of a BGShardedCluster tells while something goes on, as sentences and rows for ci/demo --sharded."""
import time

GROUPS = ("GROUP", "CLUSTER", "STATE", "READY", "PRIMARY", "SHARDS", "REFERENCE", "REGISTERED")

# What each step of a removal proves or does, as docs/guide/sharded.md says.
PROOFS = {"Draining": "its shards move away, until every node says that none is left on it and no transaction is unfinished",
          "Stopping": "its members stop, and are waited for",
          "Forgetting": "Patroni's objects of the group go, lest it be registered again",
          "Removing": "Citus removes the node",
          "Confirming": "every node is asked for two loops of Patroni whether anybody brings it back",
          "Releasing": "its BGCluster is deleted"}


def group_rows(status):
    """REFERENCE counts copies of reference tables."""
    return [GROUPS] + [(str(one.get("group", 0)), one["name"], one.get("phase", "") or "-", one.get("ready", "") or "-",
                        one.get("primary", "") or "-", str(one.get("placements", 0)), str(one.get("references", 0)),
                        "yes" if one.get("registered") else "no") for one in status.get("groups", [])]


def notes(status):
    """How far it is."""
    job, removal = status.get("job"), status.get("removal")
    lines = [f"{status.get('phase', 'not seen by the operator yet')}, {status.get('ready', '0')} groups ready"]
    if job and job["state"] not in ("finished", "cancelled"):
        lines.append(f"job {job['id']} of Citus is {job['state']}: {job['moved']} moves")
    if removal:
        lines.append(f"{removal['cluster']} is being removed: {removal.get('step', '')}")
    return lines + [text for text in [progress(status)] if text]


def progress(status):
    return next((one.get("message", "") for one in status.get("conditions", []) if one["type"] == "Progressing"), "")


def facts(status):
    """What was done, how far a removal is, what is waited for and what failed: a key by which each is told once, and the sentence."""
    step = status.get("removal", {}).get("step")
    done = [((one["time"], one["effect"]), f"{one['effect']}, because {one['because']}") for one in status.get("decisions", [])]
    steps = [((step,), f"{step}: {PROOFS.get(step, '')}")] if step else []
    waits = [((step, one["because"]), f"waits for {one['because']}") for one in status.get("waitingFor", [])]
    failures = [((step, text), text) for text in [progress(status)] if "ERROR" in text]
    return done + steps + waits + failures


class Told:
    """The sentences of a status that were not told before; `seen` grows with each state that a watch saw."""

    def __init__(self, seen):
        self.seen, self.read, self.known, self.begun = seen, 0, set(), time.time()

    def begin(self):
        """Seconds count from now, and what was waited for before is told anew."""
        self.news()
        self.known = {key for key in self.known if key[0] is not None}
        self.begun = time.time()

    def news(self):
        lines = []
        while self.read < len(self.seen):
            one = self.seen[self.read]
            self.read += 1
            for key, sentence in facts(one.object.get("status", {})):
                if key not in self.known:
                    lines.append(f"{one.when - self.begun:6.1f} s  {sentence}")
                self.known.add(key)
        return lines
