#!/usr/bin/env python3
"""Checks who includes whom (ci/layers.txt) and that the pure folders stay pure. Run as a test."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PURE = ["operator/api", "operator/manifests", "operator/plan", "operator/core", "fakekube", "fakepatroni", "scenarios"]
IMPURE_PARTS = ["fakekube/server", "fakekube/node", "fakekube/cmd", "fakepatroni/fidelity"]
# Tests and generators may read golden files; the code under test may not.
MAY_READ_FILES = re.compile(r"(_test|_bench|/testing|/emit_\w+|/corpus/\w+)\.(cpp|hpp)$|_main\.cpp$")
IMPURE_HEADERS = re.compile(
    r"#include\s+[<\"](thread|mutex|condition_variable|atomic|future|random|fstream|iostream|filesystem|ctime|unistd\.h|"
    r"sys/\w+\.h|boost/.*|libpq-fe\.h|openssl/.*|lib/base/log\.hpp|lib/http/.*)[>\"]")
IMPURE_WORDS = re.compile(r"::now\(\)|\bgetenv\b|\bsleep_for\b|\bstd::rand\b|\brandom_device\b")
FILE_HEADERS = {"fstream", "filesystem", "iostream"}


def tracked(*suffixes):
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in names.stdout.split() if name.endswith(suffixes) and (ROOT / name).exists()]


def read_layers():
    layers = {}
    for line in (ROOT / "ci/layers.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            folder, allowed = line.split(":")
            layers[folder.strip()] = allowed.split()
    return layers


def folder_of(path, folders):
    fitting = [folder for folder in folders if path == folder or path.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def is_pure(path):
    return folder_of(path, PURE) is not None and folder_of(path, IMPURE_PARTS) is None


def check_file(path, layers):
    problems = []
    text = (ROOT / path).read_text()
    own = folder_of(path, layers)
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#include "((?:lib|operator|fakekube|fakepatroni|scenarios)/[^"]+)"', line)
        if match and own:
            target = match.group(1)
            # The most specific layer of the target must be allowed by name or by a prefix that is.
            target_layer = folder_of(target, layers)
            allowed = [own] + layers[own]
            nested = target_layer in layers and target_layer != own and own in target_layer and target_layer not in layers[own]
            if not any(target == prefix or target.startswith(prefix + "/") for prefix in allowed) or nested:
                problems.append(f"{path}:{number}: {own} may not include {target} (ci/layers.txt)")
        if not is_pure(path):
            continue
        header = IMPURE_HEADERS.search(line)
        if header and not (MAY_READ_FILES.search(path) and header.group(1) in FILE_HEADERS):
            problems.append(f"{path}:{number}: pure folder includes {header.group(1)}")
        if IMPURE_WORDS.search(line.split("//")[0]) and not MAY_READ_FILES.search(path):
            problems.append(f"{path}:{number}: pure folder uses {IMPURE_WORDS.search(line).group(0)}")
    return problems


def main():
    layers = read_layers()
    problems = []
    files = [path for path in tracked(".cpp", ".hpp") if folder_of(path, layers)]
    for path in files:
        problems += check_file(path, layers)
    print("\n".join(problems))
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
