"""Notice boards, their numbers, and their history that nobody edits."""

import core.clock
import django.contrib.gis.db.models.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from core.db.append_only import append_only_sql, append_only_undo_sql


class Migration(migrations.Migration):
    dependencies = [
        ("roads", "0004_code_trigrams"),
        ("stations", "0003_rejected_fixes"),
        ("core", "0003_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=12, unique=True, verbose_name="牌号")),
                ("axis_m", models.FloatField(blank=True, null=True, verbose_name="轴线里程（米）")),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="位置")),
                ("place_text", models.CharField(blank=True, max_length=100, verbose_name="张贴位置")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "待印发"),
                            ("issued", "已印发"),
                            ("posted", "已张贴"),
                            ("out_of_date", "需重印"),
                            ("replaced", "已更换"),
                            ("removed", "已撤除"),
                        ],
                        default="due",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("edition", models.PositiveIntegerField(default=0, verbose_name="版次")),
                ("content", models.JSONField(blank=True, default=dict)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="二维码网址")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="印发时间")),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="张贴日期")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boards",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roads.board",
                        verbose_name="替换为",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boards",
                        to="roads.segment",
                        verbose_name="路段",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示牌",
                "verbose_name_plural": "公示牌",
            },
        ),
        migrations.CreateModel(
            name="BoardStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("edition", models.PositiveIntegerField(default=0)),
                ("content", models.JSONField(null=True)),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("actor_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(default=core.clock.now)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="roads.board",
                        verbose_name="公示牌",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示牌记录",
                "verbose_name_plural": "公示牌记录",
                "ordering": ["board", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="board",
            index=models.Index(fields=["state"], name="board_state"),
        ),
        migrations.AddConstraint(
            model_name="board",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("edition", 0), ("issued_at__isnull", True)),
                    models.Q(("edition__gt", 0), ("issued_at__isnull", False)),
                    _connector="OR",
                ),
                name="board_issued_has_date",
            ),
        ),
        migrations.RunSQL("CREATE SEQUENCE roads_board_number_seq", "DROP SEQUENCE roads_board_number_seq"),
        migrations.RunSQL(append_only_sql("roads_boardstep"), append_only_undo_sql("roads_boardstep")),
    ]
