from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0011_zones")]

    operations = [
        migrations.AddIndex(
            "decision",
            models.Index(fields=["at"], name="decision_over_budget", condition=models.Q(over_budget=True)),
        ),
    ]
