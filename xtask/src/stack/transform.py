"""Writes what CloudFormation will see of SAM templates: transform.py TEMPLATE RESULT [TEMPLATE RESULT ...]"""

import json
import logging
import os
import sys
from types import SimpleNamespace

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

logging.disable(logging.WARNING)  # about metrics that nobody collects

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


def transformed(template):
    # The translator runs after packaging, when code is in a bucket.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    # It writes defaults in where a parameter is named, and then the parameter would look unused.
    parameters = template.get("Parameters", {})
    defaults = {name: parameter.pop("Default") for name, parameter in parameters.items() if "Default" in parameter}
    result = transform(template, {}, SimpleNamespace(load=lambda: {}))
    for name, default in defaults.items():
        result["Parameters"][name]["Default"] = default
    return result


for source, result in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    try:
        with open(source, encoding="utf-8") as file:
            template = transformed(yaml_parse(file.read()))
    except Exception as error:
        sys.exit(f"{source}: {error!r}")
    with open(result, "w", encoding="utf-8") as file:
        json.dump(template, file, indent=1)
