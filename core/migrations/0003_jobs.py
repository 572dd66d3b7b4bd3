"""Jobs: slow work as rows."""

import core.clock
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_thumbnails"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=60, verbose_name="种类")),
                ("lane", models.CharField(default="slow", max_length=20)),
                ("organisation_path", models.CharField(max_length=200)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("params", models.JSONField(default=dict)),
                ("dry_run", models.BooleanField(default=False, verbose_name="试运行")),
                ("file_name", models.CharField(default="", max_length=255, verbose_name="文件")),
                ("file_path", models.CharField(default="", max_length=200)),
                ("file_sha256", models.CharField(default="", max_length=64)),
                ("file_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "排队中"),
                            ("running", "进行中"),
                            ("done", "完成"),
                            ("failed", "失败"),
                            ("cancelled", "已取消"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveBigIntegerField(default=0, verbose_name="已处理")),
                ("total", models.PositiveBigIntegerField(default=0, verbose_name="总数")),
                ("word", models.CharField(default="", max_length=200, verbose_name="步骤")),
                ("result", models.JSONField(default=dict, verbose_name="结果")),
                ("error", models.JSONField(null=True, verbose_name="错误")),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(default=django.db.models.functions.datetime.Now())),
                (
                    "import_run",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="job", to="core.importrun"
                    ),
                ),
            ],
            options={
                "verbose_name": "后台任务",
                "verbose_name_plural": "后台任务",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])), fields=["lane", "id"], name="job_open"
                    ),
                    models.Index(fields=["organisation_path", "id"], name="job_organisation"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("lane",), name="job_one_running_a_lane"
                    )
                ],
            },
        ),
    ]
