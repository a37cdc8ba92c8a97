#!/usr/bin/env python3
"""Checks charts/bestgres-operator: every value is used, in the schema and in the README; with helm also lint, and that
deploy/bestgres-operator.yaml is the chart rendered. BG_UPDATE_GOLDEN=1 rewrites that file."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHART = ROOT / "charts/bestgres-operator"
PLAIN = ROOT / "deploy/bestgres-operator.yaml"
HEADER = "# charts/bestgres-operator rendered for namespace default, by ci/check_chart.py; do not edit\n"
# Values that are handed on whole: what is inside is Kubernetes' business.
WHOLE = {"resources", "podSecurityContext", "containerSecurityContext"}


def leaves(values, path=()):
    for key, value in values.items():
        here = path + (key,)
        if isinstance(value, dict) and value and here[0] not in WHOLE:
            yield from leaves(value, here)
        else:
            yield here


def schema_has(schema, path):
    for key in path:
        schema = schema.get("properties", {}).get(key)
        if schema is None:
            return False
    return True


def open_objects(schema, path=()):
    """Where the schema lets unknown names through, other than in what is handed on whole."""
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield ".".join(path) or "the whole"
    for key, value in schema.get("properties", {}).items():
        if key not in WHOLE:
            yield from open_objects(value.get("items", value), path + (key,))


def check_values(problems):
    templates = "".join(path.read_text() for path in sorted((CHART / "templates").iterdir()))
    schema = json.loads((CHART / "values.schema.json").read_text())
    readme = (CHART / "README.md").read_text()
    for path in leaves(yaml.safe_load((CHART / "values.yaml").read_text())):
        name = ".".join(path)
        if ".Values." + name not in templates:
            problems.append(f"values.yaml: {name} is used in no template")
        if not schema_has(schema, path):
            problems.append(f"values.schema.json: {name} is missing")
        if f"`{name}`" not in readme:
            problems.append(f"README.md: {name} is missing")
    problems += [f"values.schema.json: {name} accepts unknown names" for name in open_objects(schema)]
    if not list((CHART / "crds").glob("*.yaml")):
        problems.append("crds: the link to the generated CRDs leads nowhere")


def find_helm():
    own = ROOT / "build/tools/bin/helm"
    return str(own) if own.exists() else shutil.which("helm")


def run(helm, *arguments):
    return subprocess.run([helm, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def check_with_helm(helm, problems):
    lint = run(helm, "lint", "--strict", str(CHART))
    if lint.returncode != 0:
        problems.append("helm lint: " + (lint.stdout + lint.stderr).strip())
    for wrong in ("replicas=2", "image.name=x", "serviceAccount.annotations.a=1", "logLevel=loud", "replicaCount=many"):
        if run(helm, "template", "bestgres", str(CHART), "--set", wrong).returncode == 0:
            problems.append(f"helm template accepts --set {wrong}")
    rendered = run(helm, "template", "bestgres", str(CHART), "--namespace", "default", "--include-crds", "--no-hooks",
                   "--kube-version", "1.32.0")
    if rendered.returncode != 0:
        problems.append("helm template: " + rendered.stderr.strip())
        return
    # The plain manifest belongs to no release: kubectl manages it.
    text = HEADER + rendered.stdout.replace("app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kubectl")
    if os.environ.get("BG_UPDATE_GOLDEN"):
        PLAIN.write_text(text)
    if not PLAIN.exists() or PLAIN.read_text() != text:
        problems.append("deploy/bestgres-operator.yaml is not the chart rendered: BG_UPDATE_GOLDEN=1 ci/check_chart.py")


def check_without_helm(problems):
    print("*** helm is not here: the chart is neither linted nor compared with deploy/bestgres-operator.yaml ***")
    plain = list(yaml.safe_load_all(PLAIN.read_text()))
    for crd in sorted((ROOT / "crds").glob("*.yaml")):
        if yaml.safe_load(crd.read_text()) not in plain:
            problems.append(f"deploy/bestgres-operator.yaml holds an older {crd.name}")


def main():
    problems = []
    check_values(problems)
    helm = find_helm()
    if helm:
        check_with_helm(helm, problems)
    else:
        check_without_helm(problems)
    for problem in problems:
        print(problem)
    print(f"chart: {len(problems)} problems" + ("" if helm else ", without helm"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
