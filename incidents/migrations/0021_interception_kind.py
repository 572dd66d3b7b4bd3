"""The kind of case that a confirmed alarm or a sighting becomes."""

from django.db import migrations

from incidents.catalogue.kinds import KINDS


def seed(apps, schema_editor):
    kinds = apps.get_model("incidents", "IncidentKind")
    for order, kind in enumerate(KINDS):
        if kind.code == "interception":
            kinds.objects.get_or_create(
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


class Migration(migrations.Migration):
    dependencies = [("incidents", "0020_signed_returns")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
