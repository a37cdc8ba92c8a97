"""The objects of the sessions."""


def named(kind, name, version="v1", **rest):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}


def labelled(thing, **labels):
    thing["metadata"]["labels"] = labels
    return thing


def config_map(name, **data):
    return named("ConfigMap", name, data=data)


def template(name, image="nginx:1"):
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "main", "image": image}]}}


def pod(name, **spec):
    return labelled(named("Pod", name, spec={"containers": [{"name": "main", "image": "nginx:1"}], **spec}), app=name)


def deployment(name, replicas=1, image="nginx:1"):
    return named("Deployment", name, "apps/v1", spec={
        "replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template(name, image)})


def stateful_set(name, replicas=1):
    return named("StatefulSet", name, "apps/v1", spec={
        "replicas": replicas, "serviceName": name, "selector": {"matchLabels": {"app": name}},
        "template": template(name)})


def service(name):
    return named("Service", name, spec={"selector": {"app": name}, "ports": [{"name": "web", "port": 80}]})


def claim(name):
    return named("PersistentVolumeClaim", name, spec={
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}})


def job(name):
    spec = template(name)
    spec["spec"]["restartPolicy"] = "Never"
    return named("Job", name, "batch/v1", spec={"template": spec})


def budget(name):
    return named("PodDisruptionBudget", name, "policy/v1", spec={
        "maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}})


def lease(name):
    return named("Lease", name, "coordination.k8s.io/v1", spec={"holderIdentity": "me", "leaseDurationSeconds": 15})


def node(name):
    return labelled(named("Node", name), **{"kubernetes.io/hostname": name})
