#!/usr/bin/env python3
"""Reads a paused world of `bestgres step --serve` with kubectl, at two of its moments.

usage: kubectl_test.py BESTGRES. Without a kubectl it says so and passes.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
RUN = ROOT / "scenarios/regressions/l1_corrupt_copy.bgr"


class Step:
    def __init__(self, program, kubeconfig):
        self.process = subprocess.Popen([program, "step", str(RUN), "--serve", "--kubeconfig", kubeconfig],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read_until("reads the paused world")

    def read_until(self, words):
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                return lines
        raise AssertionError(f"bestgres step ended before it said {words!r}: {lines}")

    def command(self, line, answered_by=""):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.read_until("step> " + line)
        if answered_by:
            self.read_until(answered_by)


def check(step, kubectl):
    step.command("to 90s", "at event")
    pods = kubectl("get", "pods", "--all-namespaces")
    assert "db-0" in pods and "db-1" in pods, pods
    status = kubectl("get", "bgclusters", "--all-namespaces", "-o", "jsonpath={.items[*].status.phase}")
    assert status, "the cluster has no status"
    refused = kubectl("delete", "pods", "--all", "--all-namespaces")
    assert "paused" in refused, refused
    assert "db-0" in kubectl("get", "pods", "--all-namespaces"), "kubectl changed a paused world"
    step.command("to start", "at the start")
    pods = kubectl("get", "pods", "--all-namespaces")
    assert "No resources found" in pods, pods
    step.command("quit")
    assert step.process.wait(30) == 0


def main():
    if not shutil.which("kubectl"):
        print("skipped: no kubectl")
        return
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = folder + "/kubeconfig"
        step = Step(sys.argv[1], kubeconfig)

        def kubectl(*words):
            done = subprocess.run(["kubectl", "--kubeconfig", kubeconfig, "--cache-dir", folder + "/cache", *words],
                                  capture_output=True, text=True, timeout=60)
            return done.stdout + done.stderr

        try:
            check(step, kubectl)
        finally:
            step.process.kill()
    print("a paused world was read at two of its moments")


main()
