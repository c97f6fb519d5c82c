"""Prints what CloudFormation will see of a SAM template: transform.py TEMPLATE"""

import json
import os
import sys
from types import SimpleNamespace

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())

# The translator runs after packaging, when code is in a bucket.
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://bucket/key"

print(json.dumps(transform(template, {}, SimpleNamespace(load=lambda: {})), indent=1))
