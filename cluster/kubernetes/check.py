"""Manifests against each other and against a CRD's schema: check.py FOLDER [CRD]"""

import pathlib
import sys

import jsonschema
import yaml

EX_DATAERR = 65

# What a manifest of each kind must say at least; other kinds are errors.
VERSION = {"Namespace": "v1", "PersistentVolumeClaim": "v1", "MPIJob": "kubeflow.org/v2beta1"}
REQUIRED = {
    "Namespace": ["metadata.name"],
    "PersistentVolumeClaim": [
        "metadata.name",
        "metadata.namespace",
        "spec.accessModes",
        "spec.resources.requests.storage",
    ],
    "MPIJob": [
        "metadata.name",
        "metadata.namespace",
        "spec.slotsPerWorker",
        "spec.mpiReplicaSpecs.Launcher.template.spec.containers",
        "spec.mpiReplicaSpecs.Worker.template.spec.containers",
    ],
}


def refuse(problems):
    for problem in problems:
        print(f"check: {problem}", file=sys.stderr)
    sys.exit(EX_DATAERR)


def documents(path):
    try:
        return list(yaml.safe_load_all(path.read_text()))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        refuse([f"{path} is not YAML: {' '.join(str(error).split())}"])


def at(document, path):
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def form(document):
    """What one manifest lacks."""
    kind = at(document, "kind")
    if kind not in REQUIRED:
        yield f"the kind {kind} is not known here"
        return
    if document.get("apiVersion") != VERSION[kind]:
        yield f"apiVersion is not {VERSION[kind]}"
    for path in REQUIRED[kind]:
        if not at(document, path):
            yield f"{path} is missing"


def references(document, named):
    """What one manifest names and none declares; `named` holds (kind, name) of all."""
    namespace = at(document, "metadata.namespace")
    if namespace and ("Namespace", namespace) not in named:
        yield f"the namespace {namespace} is not declared"
    for role, replica in (at(document, "spec.mpiReplicaSpecs") or {}).items():
        pod = replica["template"]["spec"]
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        for volume in volumes.values():
            claim = at(volume, "persistentVolumeClaim.claimName")
            if claim and ("PersistentVolumeClaim", claim) not in named:
                yield f"{role}: the claim {claim} is not declared"
        for container in pod.get("initContainers", []) + pod["containers"]:
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes:
                    yield f"{role}: {container['name']} mounts {mount['name']}, which is no volume"


def cores(document):
    """A core for each slot, whole and reserved."""
    if document["kind"] != "MPIJob":
        return
    slots = document["spec"]["slotsPerWorker"]
    worker = document["spec"]["mpiReplicaSpecs"]["Worker"]["template"]["spec"]["containers"][0]
    requests, limits = (at(worker, f"resources.{name}") for name in ("requests", "limits"))
    if requests != limits:
        yield "Worker: requests and limits differ"
    if at(limits, "cpu") != slots:
        yield f"Worker: cpu is {at(limits, 'cpu')} for {slots} slots"


def strict(schema):
    """A CRD's schema as JSON Schema, in which what the API server would drop is an error."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for key, value in schema.items():
        if key == "properties":
            result[key] = {name: strict(part) for name, part in value.items()}
        elif key in ("items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"):
            result[key] = strict(value)
        elif not key.startswith("x-") and key not in ("format", "default", "example"):
            result[key] = value
    drops = not schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and drops:
        result.setdefault("additionalProperties", False)
    return result


def validator(path):
    definitions = [d for d in documents(path) if at(d, "spec.names.kind") == "MPIJob"]
    versions = [v for d in definitions for v in d["spec"]["versions"] if v["name"] == "v2beta1"]
    if not versions:
        refuse([f"{path} does not define MPIJob v2beta1"])
    schema = strict(versions[0]["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}  # the API server knows it by itself
    return jsonschema.Draft202012Validator(schema)


def misfits(document, job):
    if job is None or document["kind"] != "MPIJob":
        return
    for error in job.iter_errors(document):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message}"


def problems(manifests, job):
    found = [f"{name}: {what}" for name, document in manifests for what in form(document)]
    if found:
        return found
    named = {(document["kind"], document["metadata"]["name"]) for _, document in manifests}
    return [
        f"{name}: {what}"
        for name, document in manifests
        for what in [*references(document, named), *cores(document), *misfits(document, job)]
    ]


def main(folder, crd=None):
    job = validator(pathlib.Path(crd)) if crd else None
    paths = sorted(pathlib.Path(folder).glob("*.yaml"))
    manifests = [(path.name, document) for path in paths for document in documents(path)]
    if found := problems(manifests, job):
        refuse(found)
    print(f"{len(manifests)} manifests fit each other{' and the schema' if job else ''}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: check.py FOLDER [CRD]")
    main(*sys.argv[1:])
