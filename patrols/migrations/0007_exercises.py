"""Tours that rehearse."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patrols", "0006_tour_steps")]

    operations = [
        migrations.AddField(
            model_name="tour", name="exercise", field=models.BooleanField(default=False, verbose_name="演练")
        ),
    ]
