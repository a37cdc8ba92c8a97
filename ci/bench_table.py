#!/usr/bin/env python3
"""The table of docs/performance.md, from what ci/bench printed: bench_table.py FILE"""
import re
import sys

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def cpu_seconds(text, name):
    """CPU time of one iteration of a benchmark."""
    found = re.search(rf"^{re.escape(name)}\s+[\d.e+]+ \w+\s+([\d.e+]+) (ns|us|ms|s)\b", text, re.M)
    return float(found[1]) * UNITS[found[2]] if found else None


def amount(value, unit):
    for factor, prefix in ((1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g} {prefix} {unit}"
    return f"{value:.3g} {unit}"


def span(seconds):
    for unit in ("ns", "us", "ms"):
        if seconds < 1000 * UNITS[unit]:
            return f"{seconds / UNITS[unit]:.3g} {unit}"
    return f"{seconds:.3g} s"


NUMBERS = {"": 1.0, "k": 1e3, "M": 1e6, "m": 1e-3}


def counter(text, name, what):
    """A counter of a benchmark."""
    found = re.search(rf"^{re.escape(name)}\s.*\b{re.escape(what)}=([\d.e+-]+)([kMm]?)(?:/s)?(?:\s|$)", text, re.M)
    return float(found[1]) * NUMBERS[found[2]] if found else None


def simulation(text):
    for name, what, unit, label, goal in (
            ("steady", "virtual_s", "s per s", "simulated time, three members at rest", "20 k / 100 k s per s"),
            ("disturbed", "virtual_s", "s per s", "simulated time, a fault a minute", "20 k / 100 k s per s"),
            ("crash_points", "variants", "per s", "outcomes of calls of W01", "1,000 / 5,000 per s"),
            ("orders", "states", "per s", "orders of events, states", "20 k / 100 k per s")):
        value = counter(text, name, what)
        yield label, goal, value and amount(value, unit)
    seconds = cpu_seconds(text, "copy")
    size = counter(text, "copy", "bytes")
    yield "copy of a world of three members, its size", "", seconds and size and f"{span(seconds)}, {size / 1024:.3g} KiB"
    seconds = cpu_seconds(text, "shrinking")
    left = counter(text, "shrinking", "faults_left")
    yield "a schedule of eight faults made small", "5 s / 1 s", seconds and f"{span(seconds)}, {left:.0f} faults left"


def fleets(text):
    """The output of each fleet, by its number of clusters."""
    parts = re.split(r"^== operator with (\d+) clusters.*$", text, flags=re.M)
    return {int(number): body.split("\n== ")[0] for number, body in zip(parts[1::2], parts[2::2])}


def matched(pattern, text):
    found = re.search(pattern, text, re.M)
    return " / ".join(found.groups()) if found else None


def rows(text):
    for name, what, goal in (("get", "in-process GET, 1 KB", "5 M / 20 M per s"),
                             ("compare_and_swap", "in-process compare and swap, 1 KB", "100 k / 1 M per s")):
        seconds = cpu_seconds(text, name)
        yield what, goal, seconds and f"{amount(1 / seconds, 'per s')} ({span(seconds)})"
    for name, what in (("copy_of_the_world", "copy of server and controllers"),
                       ("copy_and_first_write", "copy, and its first write"),
                       ("pass_with_nothing_to_do", "controllers with nothing to do"),
                       ("member_tells_its_state", "state of a member written, and the controllers' pass"),
                       ("pod_becomes_ready_and_not", "address of a pod changed, and the controllers' pass"),
                       ("list_by_label", "list of 3 pods by label")):
        seconds = cpu_seconds(text, name)
        yield what, "10 us" if name == "copy_of_the_world" else "", seconds and span(seconds)
    seconds = cpu_seconds(text, "pass_without_change")
    yield "plan of an unchanged cluster", "100 us / 20 us", seconds and span(seconds)
    yield from simulation(text)
    for work in ("GET", "PATCH merge", "LIST 1000", "create"):
        yield f"HTTPS {work}, 1-way / 8-way per s", "", matched(
            rf"^{work}\s+1-way\s+(\d+)/s.*\n{work}\s+8-way\s+(\d+)/s", text)
    yield "fakekube's memory, peak after that", "", matched(r"^server after:.*VmHWM: ([\d.]+ MiB)", text)
    goals = {100: "30 / 20 MiB", 1000: "100 / 60 MiB"}
    for clusters, part in fleets(text).items():
        yield f"{clusters} clusters: all running after", "", matched(
            r"^clusters running\s+(\d+) of \d+ after ([\d.]+ s)", part)
        yield f"{clusters} clusters: operator RSS / peak, MiB", goals.get(clusters, ""), matched(
            r"^operator RSS / peak\s+([\d.]+) / ([\d.]+)", part)
        yield f"{clusters} clusters: writes, polls while steady", "0, 0", matched(
            r"^other writes\s+(-?\d+)\nother requests \(polls\)\s+(-?\d+)", part)
        yield f"{clusters} clusters: operator CPU, steady", "", matched(r"^operator CPU\s+([\d.]+ %)", part)
        yield f"{clusters} clusters: change to first action, p50 / p99 ms", "p99 1 s / 100 ms", matched(
            r"^change to first action.*p50 ([\d.]+) ms, p99 ([\d.]+) ms", part)
    for title, goal in (("switchover", "3 s / 1 s"), ("node", "25 s / ttl + 2 s"), ("container", "")):
        outages = re.findall(rf"^ *([\d.]+) s  (.*{title}.*)$", text, re.M)
        if outages:
            yield f"outage: {outages[0][1]}", goal, ", ".join(f"{seconds} s" for seconds, _ in outages)
    yield "changed rule built and tested", "15 s / 5 s", matched(r"^changed rule built and tested\s+([\d.]+ s)", text)


def main():
    with open(sys.argv[1], encoding="utf-8") as figures:
        text = figures.read()
    print("| figure | must / stretch | measured |\n|---|---|---|")
    for what, goal, value in rows(text):
        if value:
            print(f"| {what} | {goal} | {value} |")


main()
