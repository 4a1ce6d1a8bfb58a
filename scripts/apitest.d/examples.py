"""Holds the examples of an OpenAPI description to its schemas: examples.py FILE."""

import json
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "urn:description"


def media_types(node, place=""):
    """Every media type object that shows examples, with where it stands."""
    if isinstance(node, dict):
        for key, member in node.items():
            here = f"{place}/{key}"
            # An upload has a property of that name, whose keys are no media types.
            if key == "content" and isinstance(member, dict) and all("/" in name for name in member):
                for media_type, value in member.items():
                    yield f"{here}/{media_type}", value
            yield from media_types(member, here)
    elif isinstance(node, list):
        for index, member in enumerate(node):
            yield from media_types(member, f"{place}/{index}")


def shown(description):
    """Each example with its schema."""
    for place, value in media_types(description):
        schema = value.get("schema", {})
        if "example" in value:
            yield place, schema, value["example"]
        for name, example in value.get("examples", {}).items():
            yield f"{place} ({name})", schema, example["value"]
    for name, schema in description["components"]["schemas"].items():
        for example in schema.get("examples", []):
            yield f"/components/schemas/{name}", schema, example


def absolute(node):
    """The schema with its references made absolute, so that it can stand alone."""
    if isinstance(node, dict):
        return {key: BASE + member if key == "$ref" else absolute(member) for key, member in node.items()}
    if isinstance(node, list):
        return [absolute(member) for member in node]
    return node


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        description = json.load(file)
    registry = Registry().with_resource(BASE, Resource.from_contents(description, default_specification=DRAFT202012))
    count = failures = 0
    for place, schema, example in shown(description):
        count += 1
        validator = Draft202012Validator(absolute(schema), registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for error in validator.iter_errors(example):
            failures += 1
            print(f"{place}: {error.json_path}: {error.message}")
    print(f"{count} examples, {failures} failures")
    sys.exit(1 if failures or not count else 0)


main()
