"""A served fakekube of its own, and kubectl run against it with its outcome asserted."""
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Failure(Exception):
    pass


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, words, done):
        self.words, self.code, self.out, self.err = words, done.returncode, done.stdout, done.stderr

    def fail(self, why):
        raise Failure(f"kubectl {' '.join(self.words)}: {why}\n  exit {self.code}\n  stdout: {self.out[-1500:]}\n"
                      f"  stderr: {self.err[-1500:]}")

    def has(self, *patterns):
        for pattern in patterns:
            if not re.search(pattern, self.out, re.M):
                self.fail(f"its output has no {pattern!r}")
        return self

    def lacks(self, *patterns):
        for pattern in patterns:
            if re.search(pattern, self.out, re.M):
                self.fail(f"its output has {pattern!r}")
        return self

    def says(self, *patterns):
        for pattern in patterns:
            if not re.search(pattern, self.err, re.M):
                self.fail(f"it does not complain of {pattern!r}")
        return self

    def quiet(self):
        if self.err:
            self.fail("it complains")
        return self

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return self.out.splitlines()


class Server:
    """`fakekube serve` on a free port in a directory that goes with it."""

    def __init__(self, program):
        self.directory = tempfile.TemporaryDirectory(prefix="kubectl-test-")
        self.path = pathlib.Path(self.directory.name)
        self.kubeconfig = self.path / "kubeconfig"
        self.errors = open(self.path / "log", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--state-dir", self.path / "state", "--kubeconfig",
             self.kubeconfig], stderr=self.errors)
        until(lambda: self.kubeconfig.exists(), "the kubeconfig", 60)
        text = self.kubeconfig.read_text()
        self.url = re.search(r"server: \"?(https://[^\s\"]+)", text)[1]
        self.token = re.search(r"token: \"?([0-9a-f]+)", text)[1]
        self.context = ssl.create_default_context(cafile=self.path / "state/ca.crt")

    def api(self, method, path, body=None, content="application/merge-patch+json"):
        """A request without kubectl: what a kubelet or another client would do. (status, body)"""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.token, "Content-Type": content})
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.errors.close()
        self.directory.cleanup()


class Kubectl:
    """One kubectl in one namespace."""

    def __init__(self, program, server, home):
        self.program, self.server, self.home = program, server, pathlib.Path(home)
        self.home.mkdir(parents=True)
        client = self.run("version", "--client", "-o", "json", namespace="").json()["clientVersion"]
        self.version = client["gitVersion"]
        self.minor = int(re.match(r"\d+", client["minor"])[0])
        self.namespace = f"k-{self.minor}"

    def environment(self, more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "KUBECONFIG": str(self.server.kubeconfig),
                "LC_ALL": "C.UTF-8", **(more or {})}

    def words(self, words, namespace):
        scope = self.namespace if namespace is None else namespace
        return [self.program, *(["-n", scope] if scope else []), *map(str, words)]

    def __call__(self, *words, code=0, **options):
        outcome = self.run(*words, **options)
        if outcome.code != code:
            outcome.fail(f"exit {outcome.code} instead of {code}")
        return outcome

    def run(self, *words, stdin=None, namespace=None, env=None, timeout=90):
        command = self.words(words, namespace)
        try:
            done = subprocess.run(command, input=stdin if isinstance(stdin, (str, type(None))) else json.dumps(stdin),
                                  capture_output=True, text=True, env=self.environment(env), timeout=timeout)
        except subprocess.TimeoutExpired as expired:
            raise Failure(f"kubectl {' '.join(map(str, words))}: no end within {timeout} s; so far "
                          f"{expired.stdout!r} {expired.stderr!r}") from None
        return Outcome(command[1:], done)

    def start(self, *words):
        """In the background, for what ends only when something else happens."""
        return subprocess.Popen(self.words(words, None), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(None))

    def finish(self, process, words, code=0, timeout=60):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Failure(f"kubectl {words}: no end within {timeout} s; it printed {out!r} {err!r}") from None
        outcome = Outcome([words], subprocess.CompletedProcess(words, process.returncode, out, err))
        return outcome if outcome.code == code else outcome.fail(f"exit {outcome.code} instead of {code}")

    def file(self, name, content):
        path = self.home / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def file_bytes(self, name):
        """A file that is no text."""
        path = self.home / name
        path.write_bytes(b"\xff\x00\x80")
        return path

    def script(self, name, text):
        path = self.file(name, "#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def path(self, plural, name="", group="api/v1"):
        return f"/{group}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")


def expect(truth, sentence):
    if not truth:
        raise Failure(sentence)


def until(check, what, limit=30):
    deadline = time.monotonic() + limit
    while not check():
        if time.monotonic() > deadline:
            raise Failure(f"waited {limit} s in vain for {what}")
        time.sleep(0.1)
