"""What a crew did on a tour, appended only."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.db.append_only import append_only_sql, append_only_undo_sql


class Migration(migrations.Migration):
    dependencies = [("patrols", "0005_joint_tours")]

    operations = [
        migrations.CreateModel(
            name="TourStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=core.clock.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "签到"),
                            ("break_started", "开始休息"),
                            ("break_ended", "结束休息"),
                            ("closed", "签退"),
                            ("task_done", "完成任务"),
                        ],
                        max_length=14,
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("device_time", models.DateTimeField(null=True)),
                ("client_key", models.CharField(blank=True, max_length=100)),
                ("geom", django.contrib.gis.db.models.fields.PointField(null=True, srid=4326)),
                ("accuracy_m", models.FloatField(null=True)),
                ("post_m", models.FloatField(null=True)),
                ("details", models.JSONField(default=dict)),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="patrols.tour"
                    ),
                ),
            ],
            options={
                "verbose_name": "出勤过程",
                "verbose_name_plural": "出勤过程",
                "indexes": [models.Index(fields=["actor_id", "at"], name="tour_step_actor_at")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("client_key", ""), _negated=True),
                        fields=("tour", "client_key"),
                        name="tour_step_client_key",
                    )
                ],
            },
        ),
        migrations.RunSQL(append_only_sql("patrols_tourstep"), append_only_undo_sql("patrols_tourstep")),
    ]
