"""A closure whose roads are not found again in a new network waits for a person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roads", "0002_search_and_live_weights")]

    operations = [
        migrations.AlterField(
            model_name="reviewitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("axis_moved", "轴线变化"),
                    ("axis_gone", "轴线消失"),
                    ("stretch_doubtful", "路段起止存疑"),
                    ("no_chief", "无路长"),
                    ("closure_lost", "封闭未落路"),
                ],
                max_length=20,
                verbose_name="类别",
            ),
        ),
    ]
