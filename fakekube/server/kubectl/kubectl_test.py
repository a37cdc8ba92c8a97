#!/usr/bin/env python3
"""Runs sessions of every kubectl of this machine against a served fakekube and asserts their outcomes.

usage: kubectl_test.py FAKEKUBE [--only REGEX]. Besides the kubectl in PATH it takes those that KUBECTL_OTHER names
(separated by colons) and Debian's where one is unpacked; it prints the versions that it ran.
"""
import importlib
import inspect
import os
import pathlib
import re
import shutil
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from world import ROOT, Failure, Kubectl, Server, until  # noqa: E402

SUBJECTS = ("reading", "writing", "applying", "deleting", "workloads")
HELPERS = {"process_code", "without_user", "cluster", "openssl", "pods", "make_ready"}
# Where ci/install_test_tools unpacks Debian's, when the machine has another one.
DEBIAN = str(pathlib.Path(__file__).resolve().parents[3] / "build/tools/kubectl-debian/usr/bin/kubectl")


def kubectls():
    named = [shutil.which("kubectl"), *os.environ.get("KUBECTL_OTHER", DEBIAN).split(":")]
    found = [pathlib.Path(name).resolve() for name in named if name and os.access(name, os.X_OK)]
    return list(dict.fromkeys(found))


def sessions(pattern):
    for subject in SUBJECTS:
        module = importlib.import_module("sessions." + subject)
        for name, session in inspect.getmembers(module, inspect.isfunction):
            if session.__module__ == module.__name__ and name not in HELPERS and re.search(pattern, f"{subject}.{name}"):
                yield f"{subject}.{name}", session


def prepare(k):
    k("create", "ns", k.namespace, namespace="")
    until(lambda: k.run("get", "sa", "default").code == 0, "the service account `default`")


def run_all(server, kubectl, pattern):
    failed = []
    for number, (name, session) in enumerate(sessions(pattern)):
        started = time.monotonic()
        kubectl.namespace = f"k{kubectl.minor}-{number}"
        try:
            prepare(kubectl)
            session(kubectl)
        except Failure as failure:
            failed.append(name)
            print(f"FAIL {kubectl.version} {name}: {failure}", flush=True)
        except Exception:
            failed.append(name)
            print(f"FAIL {kubectl.version} {name}: {traceback.format_exc()}", flush=True)
        else:
            print(f"ok   {kubectl.version} {name} ({time.monotonic() - started:.1f} s)", flush=True)
        kubectl.run("delete", "ns", kubectl.namespace, "--wait=false", namespace="")
    return failed


def main():
    pattern = sys.argv[3] if len(sys.argv) > 3 and sys.argv[2] == "--only" else ""
    programs = kubectls()
    if not programs:
        print("SKIPPED: there is no kubectl; Debian's package is kubernetes-client")
        return 0
    server = Server(sys.argv[1])
    failed = []
    try:
        clients = [Kubectl(program, server, server.path / f"home{i}") for i, program in enumerate(programs)]
        print("kubectl:", ", ".join(f"{k.version} ({k.program})" for k in clients), flush=True)
        clients[0]("apply", "-f", ROOT / "crds", namespace="")
        clients[0]("wait", "crd/bgclusters.bestgres.io", "--for=condition=Established", namespace="")
        for client in clients:
            failed += run_all(server, client, pattern)
    finally:
        server.stop()
    print(f"{len(failed)} sessions failed" if failed else "every session went as it should")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
