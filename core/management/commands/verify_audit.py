"""`manage.py verify_audit`: exit 0 when the audit trail is whole, 1 when not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import audit_verify
from core.jsontext import dumps


class Command(BaseCommand):
    help = "Check the audit trail: first broken row, missing middle, cut tail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        verdict = audit_verify.verify()
        findings = [
            {"kind": each.kind, "organisation": each.chain[0] if each.chain else "",
             "day": each.chain[1] if each.chain else None, "text": each.text}
            for each in verdict.findings
        ]  # fmt: skip
        counts = {"rows": verdict.rows, "chains": verdict.chains, "heads": verdict.heads}
        if json:
            self.stdout.write(dumps({**counts, "ok": verdict.ok, "findings": findings}))
        else:
            for each in findings:
                self.stdout.write(f"{each['kind']}: {each['organisation']} {each['day'] or ''} {each['text']}".strip())
            self.stdout.write(f"{verdict.rows} rows in {verdict.chains} chains, {verdict.heads} heads: "
                              f"{'whole' if verdict.ok else f'{len(findings)} findings'}")  # fmt: skip
        if not verdict.ok:
            sys.exit(1)
