"""Organisations whose people ride along on a tour; those of tours that there are already."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def partners_of_old_tours(apps: Any, schema_editor: Any) -> None:
    """As `patrols.services.tours` does for each new tour."""
    del schema_editor
    tours, members = apps.get_model("patrols", "Tour"), apps.get_model("patrols", "TourMember")
    through = tours.partners.through
    pairs = (
        members.objects.exclude(person__organisation_id=F("tour__organisation_id"))
        .values_list("tour_id", "person__organisation_id")
        .distinct()
    )
    through.objects.bulk_create(
        (through(tour_id=tour_id, organisation_id=organisation_id) for tour_id, organisation_id in pairs),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0004_issued_tasks"),
        ("stations", "0002_separated_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="tour",
            name="partners",
            field=models.ManyToManyField(
                blank=True, related_name="joint_tours", to="stations.organisation", verbose_name="联勤机构"
            ),
        ),
        migrations.RunPython(partners_of_old_tours, migrations.RunPython.noop),
    ]
