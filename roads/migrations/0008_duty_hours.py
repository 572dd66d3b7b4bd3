"""When a chief's duty phone is answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roads", "0007_gazetteer_spelling"),
    ]

    operations = [
        migrations.AddField(
            model_name="chiefassignment",
            name="duty_hours",
            field=models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="值守时间"),
        ),
    ]
