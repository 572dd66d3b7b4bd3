"""Kinds of work, kinds that hold others, and the two systems that hand cases over: what a county starts from."""

from django.db import migrations

from incidents.catalogue.kinds import KINDS
from incidents.catalogue.tasks import TASK_KINDS
from incidents.catalogue.transfers import SYSTEMS


def seed(apps, schema_editor):
    kinds = apps.get_model("incidents", "IncidentKind")
    for order, kind in enumerate(KINDS):
        if not kind.umbrella:
            continue
        row, _created = kinds.objects.get_or_create(
            code=kind.code,
            defaults={
                "name": kind.name,
                "order": order,
                "required_powers": list(kind.required_powers),
                "units_needed": kind.units_needed,
                "dedupe_radius_m": kind.dedupe_radius_m,
                "dedupe_window_s": kind.dedupe_window_s,
            },
        )
        row.umbrella = True
        row.save(update_fields=["umbrella"])
    task_kinds = apps.get_model("incidents", "IncidentTaskKind")
    for order, task in enumerate(TASK_KINDS):
        task_kinds.objects.get_or_create(
            code=task.code, defaults={"name": task.name, "order": order, "role": task.role}
        )
    for system in SYSTEMS:
        row, created = apps.get_model("incidents", "TransferSystem").objects.get_or_create(
            code=system.code, defaults={"name": system.name}
        )
        if created:
            apps.get_model("incidents", "TransferKind").objects.create(
                system=row, code="", name="其余类别", kind=system.other_kind
            )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0017_casework")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
