"""Runs the end-to-end cases against the cluster of a kubeconfig and prints one line a case.

Cases that disturb only their own cluster run side by side; losses of a node, the API server or the operator run alone, last.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from e2e import cases  # noqa: E402
from e2e.hooks import make_hooks  # noqa: E402
from e2e.rbac import Access  # noqa: E402
from e2e.registry import CASES  # noqa: E402
from e2e.world import Failure, Skipped, World  # noqa: E402

for module in sorted(pathlib.Path(cases.__file__).parent.glob("[a-z]*.py")):
    __import__(f"e2e.cases.{module.stem}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"), required="KUBECONFIG" not in os.environ)
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--kubectl", default="kubectl")
    parser.add_argument("--local", help="directory of the local world: allows node loss, API outage and container kills")
    parser.add_argument("--kind", help="name of the kind cluster: allows the same by docker")
    parser.add_argument("--image", default="bestgres-patroni:15")
    parser.add_argument("--other-image", help="what the image roll changes to")
    parser.add_argument("--only", default="", help="regular expression on case names")
    parser.add_argument("--subset", action="store_true", help="only the cases that run with both Patroni versions")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--keep", action="store_true", help="leave the clusters of failed cases")
    return parser.parse_args()


class Outcome:
    def __init__(self, case, verdict, seconds, message=""):
        self.case, self.verdict, self.seconds, self.message = case, verdict, seconds, message

    def line(self):
        return f"{self.verdict:8} {self.case.name} ({self.seconds:.0f} s){': ' + self.message if self.message else ''}"


class Context:
    """What a case gets: the world, the image, a cluster name of its own, and a place for figures."""

    def __init__(self, world, arguments, case):
        self.world = world
        self.image = arguments.image
        self.other_image = arguments.other_image or arguments.image + "-rolled"
        self.name = "e2e-" + re.sub(r"[^a-z0-9]+", "-", case.name.lower())[:24].strip("-")
        self.figures = []
        self.clusters = []
        self.sharded = []

    def note_what_ran(self):
        for cluster in self.clusters:
            status = (self.world.get("bgclusters", cluster.name) or {}).get("status", {})
            self.world.versions |= {f"PostgreSQL {status['version']}"} if "version" in status else set()
            self.world.versions |= {f"Patroni {one['patroni']}" for one in status.get("members", []) if "patroni" in one}
            role = self.world.get("roles", cluster.name)
            if role is not None:
                self.world.pod_roles[cluster.name] = role

    def figure(self, text):
        self.figures.append(text)

    def cluster(self, suffix="", **spec):
        from e2e.cluster import Cluster
        cluster = Cluster(self.world, self.name + suffix, spec.pop("image_tag", self.image), **spec)
        self.clusters.append(cluster)
        return cluster


def clean_up(context):
    for sharded in context.sharded:  # its groups are protected, and would be made anew
        sharded.destroy()
    for cluster in context.clusters:
        cluster.destroy()
    for cluster in context.clusters:
        for operation in context.world.list("bgdbops"):
            if operation["spec"]["bgCluster"] == cluster.name:
                context.world.delete("bgdbops", operation["metadata"]["name"], "--ignore-not-found", check=False)
        selectors = [f"bestgres.io/cluster={cluster.name}"]
        if "citus" in cluster.spec:
            selectors.append(f"bestgres.io/scope={cluster.spec['citus']['scope']}")
        for selector in selectors:
            for kind in ("pods", "persistentvolumeclaims", "secrets", "configmaps"):
                context.world.kubectl("delete", kind, "-l", selector, "--ignore-not-found", check=False, timeout=120)
        context.world.delete("pod", f"{cluster.name}-writer", "--ignore-not-found", check=False)


def run_case(world, arguments, case):
    started = time.monotonic()
    missing = [need for need in case.needs if not hasattr(world.hooks, need)]
    if missing:
        return Outcome(case, "skipped", 0, f"this world cannot {', '.join(missing)}")
    context = Context(world, arguments, case)
    verdict, message = "passed", ""
    try:
        case.run(context)
        context.note_what_ran()
        message = "; ".join(context.figures)
    except Failure as failure:
        verdict, message = "FAILED", str(failure)
    except Skipped as skipped:
        verdict, message = "skipped", str(skipped)
    except Exception:  # noqa: BLE001 - a broken case must not hide the others
        verdict, message = "FAILED", traceback.format_exc()
    if verdict != "FAILED" or not arguments.keep:
        try:
            clean_up(context)
        except Failure as failure:
            if verdict == "passed":
                verdict, message = "FAILED", f"cleaning up: {failure}"
    outcome = Outcome(case, verdict, time.monotonic() - started, message)
    print(outcome.line(), flush=True)
    return outcome


def check_access(world, whole_suite, skipped):
    """What is wrong with the Roles, one sentence each: a refusal, and after the whole suite what nobody used.

    Where cases were skipped, what nobody used is told and not held against the Roles: a skipped case might have used it.
    """
    access = Access(world.hooks.audit(), world.namespace, world.pod_roles)
    problems = [f"refused: {refusal}" for refusal in access.refusals()]
    excused = {right for case in skipped for right in case.rights}
    unused = [f"granted but never used: {right}" for right in
              access.unused(world.get("roles", "bestgres-operator"), excused)] if whole_suite else []
    told = unused if skipped else []
    problems += [] if skipped else unused
    print(f"{'FAILED' if problems else 'passed':8} RBAC: refusals"
          f"{' and unused rights' if whole_suite else '; rights that nobody uses are checked by the whole suite only'}", flush=True)
    for sentence in problems + [f"{one}, but {len(skipped)} cases were skipped" for one in told]:
        print(f"         {sentence}", flush=True)
    return problems


def main():
    arguments = parse_arguments()
    world = World(arguments.kubeconfig, arguments.namespace, arguments.kubectl)
    world.hooks = make_hooks(arguments, world.kubectl)
    chosen = [case for case in CASES if re.search(arguments.only, case.name) and (case.both_patronis or not arguments.subset)]
    print(f"{len(chosen)} cases on {arguments.image}, {arguments.jobs} side by side", flush=True)
    together = [case for case in chosen if not case.alone]
    with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        outcomes = list(pool.map(lambda case: run_case(world, arguments, case), together))
    outcomes += [run_case(world, arguments, case) for case in chosen if case.alone]
    for one in outcomes:
        if one.verdict == "skipped":
            print(f"*** not run here: {one.case.name}: {one.message} ***", flush=True)
    counts = {verdict: sum(one.verdict == verdict for one in outcomes) for verdict in ("passed", "FAILED", "skipped")}
    print(f"ran on {', '.join(sorted(world.versions)) or 'no cluster'}")
    print(f"{counts['passed']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped", flush=True)
    whole_suite = len(chosen) == len(CASES) and not counts["FAILED"]
    skipped = [one.case for one in outcomes if one.verdict == "skipped"]
    if hasattr(world.hooks, "audit"):
        problems = check_access(world, whole_suite, skipped)
    else:
        problems = []
        print("*** not run here: whether the Roles grant what was used and no more: the record of the API server is not at hand ***",
              flush=True)
    return 1 if problems or counts["FAILED"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
