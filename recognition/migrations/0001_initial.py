"""Watch-list, alarms, what belongs to passages beside their table, and senders by GA/T 1400."""

import core.clock
import core.db.fields
import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import recognition.models.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("stations", "0003_rejected_fixes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "device_id", "source_key", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("device_id", models.BigIntegerField()),
                ("source_key", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("passed_at", models.DateTimeField()),
                ("device_time", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock", models.CharField(max_length=12)),
                ("organisation_path", models.CharField(max_length=200)),
                ("camera_code", models.CharField(max_length=64)),
                ("camera_id", models.BigIntegerField(null=True)),
                ("checkpoint_id", models.BigIntegerField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("lane", models.SmallIntegerField(null=True)),
                ("direction", models.CharField(max_length=40)),
                ("speed_mps", models.FloatField(null=True)),
                ("plate_text", models.CharField(max_length=64)),
                ("plate", models.CharField(max_length=16)),
                ("folded", models.CharField(max_length=16)),
                ("reading", models.CharField(max_length=10)),
                ("kind_code", models.CharField(max_length=2)),
                ("colour", models.CharField(max_length=16)),
                ("vehicle_class", models.CharField(max_length=40)),
                ("vehicle_colour", models.CharField(max_length=40)),
                ("reliability", models.FloatField(null=True)),
                ("hints", models.CharField(max_length=60)),
                ("pictures", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "过车",
                "verbose_name_plural": "过车",
                "db_table": "recognition_passage",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DigestNonce",
            fields=[
                ("nonce", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
                ("at", models.DateTimeField(db_index=True, default=core.clock.wall_now)),
            ],
            options={
                "verbose_name": "摘要随机数",
                "verbose_name_plural": "摘要随机数",
            },
        ),
        migrations.CreateModel(
            name="CameraStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device_id", models.BigIntegerField()),
                ("camera_code", models.CharField(max_length=64)),
                ("organisation_path", models.CharField(max_length=200)),
                ("last_passed_at", models.DateTimeField()),
                ("last_received_at", models.DateTimeField()),
                ("passages", models.BigIntegerField(default=0)),
                ("read", models.BigIntegerField(default=0)),
                ("lag_s", models.FloatField()),
                ("lag_since", models.DateTimeField()),
                ("lag_before_s", models.FloatField(null=True)),
            ],
            options={
                "verbose_name": "摄像机运行状况",
                "verbose_name_plural": "摄像机运行状况",
                "constraints": [
                    models.UniqueConstraint(fields=("device_id", "camera_code"), name="camera_standing_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PassagePicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("device_id", models.BigIntegerField()),
                ("image_id", models.CharField(max_length=64)),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("organisation_path", models.CharField(max_length=200)),
                ("day", models.DateField()),
                ("passage_key", models.CharField(blank=True, max_length=64)),
                ("path", models.CharField(max_length=200, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("source_sha256", models.CharField(max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "过车图片",
                "verbose_name_plural": "过车图片",
                "indexes": [
                    models.Index(fields=["day"], name="passage_picture_day"),
                    models.Index(fields=["device_id", "passage_key"], name="passage_picture_passage"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("device_id", "image_id", "day"), name="passage_picture_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="WatchCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("grade", models.PositiveSmallIntegerField(default=2, help_text="1 最高，3 最低", verbose_name="级别")),
                (
                    "powers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="拦截所需职权",
                    ),
                ),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="通知对象",
                    ),
                ),
                ("auto", models.BooleanField(default=False, verbose_name="自动派警")),
                ("look_alikes", models.BooleanField(default=False, verbose_name="比对形近号牌")),
                ("longest_days", models.PositiveIntegerField(default=90, verbose_name="最长布控天数")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "布控类别",
                "verbose_name_plural": "布控类别",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade__gte", 1), ("grade__lte", 3)), name="watch_category_grade_1_to_3"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("longest_days__gte", 1)), name="watch_category_longest_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WatchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="布控编号")),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                ("plate", core.db.fields.EncryptedTextField(purpose="recognition.watch.plate", verbose_name="号牌")),
                ("plate_index", core.db.fields.BlindIndexField(db_index=False, purpose="recognition.watch.plate")),
                (
                    "folded_index",
                    recognition.models.fields.FoldedIndexField(db_index=False, purpose="recognition.watch.folded"),
                ),
                ("kind_code", models.CharField(blank=True, max_length=2, verbose_name="号牌种类")),
                ("vehicle", models.CharField(blank=True, max_length=200, verbose_name="车辆特征")),
                ("reason", models.CharField(max_length=300, verbose_name="布控理由")),
                ("case_number", models.CharField(max_length=60, verbose_name="案件编号")),
                (
                    "area",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        blank=True, null=True, srid=4326, verbose_name="布控范围"
                    ),
                ),
                (
                    "rings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="圈层",
                    ),
                ),
                (
                    "checkpoints",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="卡口",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="布控起")),
                ("valid_until", models.DateTimeField(verbose_name="布控止")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "布控申请"),
                            ("checked", "布控已审核"),
                            ("approved", "布控中"),
                            ("modifying", "变更申请"),
                            ("withdrawal_applied", "撤控申请"),
                            ("withdrawal_checked", "撤控已审核"),
                            ("withdrawn", "已撤控"),
                            ("expired", "到期自动撤控"),
                            ("refused", "未批准"),
                        ],
                        default="applied",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("urgent_until", models.DateTimeField(blank=True, null=True, verbose_name="紧急布控至")),
                (
                    "in_force",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("state__in", ["approved", "modifying", "withdrawal_applied", "withdrawal_checked"]),
                            models.Q(("state__in", ["applied", "checked"]), ("urgent_until__isnull", False)),
                            _connector="OR",
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                ("applied_by_id", models.BigIntegerField(null=True, verbose_name="申请人")),
                ("applied_at", models.DateTimeField(default=core.clock.now, verbose_name="申请时间")),
                ("approved_by_id", models.BigIntegerField(null=True, verbose_name="审批人")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="审批时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="撤控时间")),
                ("external_id", models.CharField(blank=True, max_length=64, verbose_name="外部编号")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="recognition.watchcategory",
                        verbose_name="类别",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watch_entries",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "布控",
                "verbose_name_plural": "布控",
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="预警编号")),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                (
                    "other_entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("category", models.CharField(max_length=40, verbose_name="类别")),
                ("grade", models.PositiveSmallIntegerField(verbose_name="级别")),
                (
                    "match",
                    models.CharField(
                        choices=[
                            ("exact", "号牌与种类一致"),
                            ("plate", "号牌一致，种类不明或不符"),
                            ("partial", "部分识别"),
                            ("alike", "疑似（形近）"),
                        ],
                        max_length=8,
                        verbose_name="比中",
                    ),
                ),
                ("ask", models.BooleanField(verbose_name="先人工确认")),
                (
                    "doubts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, size=None
                    ),
                ),
                ("plate", core.db.fields.EncryptedTextField(purpose="recognition.alarm.plate", verbose_name="号牌")),
                ("plate_index", core.db.fields.BlindIndexField(purpose="recognition.alarm.plate")),
                ("read", core.db.fields.EncryptedTextField(purpose="recognition.alarm.read", verbose_name="识别号牌")),
                ("kind_code", models.CharField(blank=True, max_length=2)),
                ("reliability", models.FloatField(null=True)),
                ("camera_code", models.CharField(max_length=64, verbose_name="摄像机")),
                ("heading_deg", models.FloatField(null=True)),
                ("geom", django.contrib.gis.db.models.fields.PointField(null=True, srid=4326, verbose_name="位置")),
                ("passage_device_id", models.BigIntegerField()),
                ("passage_key", models.CharField(max_length=64)),
                ("passage_day", models.DateField()),
                ("passed_at", models.DateTimeField(verbose_name="经过时间")),
                ("last_at", models.DateTimeField(verbose_name="最近经过")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("count", models.PositiveIntegerField(default=1, verbose_name="次数")),
                ("raised_at", models.DateTimeField(default=core.clock.now, verbose_name="预警时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("raised", "待确认"),
                            ("held", "暂缓"),
                            ("confirmed", "已确认"),
                            ("ordered", "已下达指令"),
                            ("turned_out", "已出警"),
                            ("reported", "已反馈"),
                            ("closed", "已办结"),
                            ("false", "误报"),
                        ],
                        default="raised",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("incident_uid", models.UUIDField(editable=False, null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ordered_at", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("stopped", "已拦截"),
                            ("not_found", "未发现"),
                            ("wrong_read", "识别错误"),
                            ("handed_over", "已移交"),
                        ],
                        max_length=12,
                        verbose_name="结果",
                    ),
                ),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                (
                    "camera",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="stations.camera"
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chained",
                        to="recognition.alarm",
                    ),
                ),
                (
                    "checkpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="stations.checkpoint",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="recognition.watchentry",
                        verbose_name="布控",
                    ),
                ),
            ],
            options={
                "verbose_name": "预警",
                "verbose_name_plural": "预警",
            },
        ),
        migrations.CreateModel(
            name="WatchStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("from_state", models.CharField(blank=True, max_length=20)),
                ("to_state", models.CharField(max_length=20)),
                ("code", models.CharField(blank=True, max_length=2)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("text", models.CharField(blank=True, max_length=300)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="recognition.watchentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "布控记录",
                "verbose_name_plural": "布控记录",
            },
        ),
        migrations.CreateModel(
            name="AlarmStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("code", models.CharField(blank=True, max_length=2)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("text", models.CharField(blank=True, max_length=300)),
                (
                    "alarm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="recognition.alarm"
                    ),
                ),
            ],
            options={
                "verbose_name": "预警记录",
                "verbose_name_plural": "预警记录",
                "indexes": [models.Index(fields=["alarm", "at"], name="alarm_step_alarm_at")],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                ("client_key", models.CharField(editable=False, max_length=100)),
                ("reported_by_id", models.BigIntegerField()),
                ("seen_at", models.DateTimeField(verbose_name="发现时间")),
                ("received_at", models.DateTimeField(default=core.clock.now)),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="位置")),
                ("heading_deg", models.FloatField(null=True, verbose_name="去向")),
                ("description", models.CharField(max_length=300, verbose_name="特征")),
                (
                    "plate",
                    core.db.fields.EncryptedTextField(
                        blank=True, default="", purpose="recognition.sighting.plate", verbose_name="号牌"
                    ),
                ),
                (
                    "plate_index",
                    core.db.fields.BlindIndexField(blank=True, null=True, purpose="recognition.sighting.plate"),
                ),
                ("incident_uid", models.UUIDField(editable=False, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "目击",
                "verbose_name_plural": "目击",
                "constraints": [
                    models.UniqueConstraint(fields=("reported_by_id", "client_key"), name="sighting_client_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("heading_deg", None),
                            models.Q(("heading_deg__gte", 0), ("heading_deg__lt", 360)),
                            _connector="OR",
                        ),
                        name="sighting_heading",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ViidInbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("organisation_path", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("order", "布控"), ("withdrawal", "撤控"), ("alarm", "告警通知")], max_length=12
                    ),
                ),
                ("external_id", models.CharField(max_length=64)),
                ("content", core.db.fields.EncryptedTextField(purpose="recognition.viid.content")),
                ("received_at", models.DateTimeField(default=core.clock.now)),
                ("taken_by_id", models.BigIntegerField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="viid_inbox", to="stations.device"
                    ),
                ),
            ],
            options={
                "verbose_name": "外部布控",
                "verbose_name_plural": "外部布控",
                "indexes": [models.Index(fields=["organisation_path", "taken_at"], name="viid_inbox_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("device", "kind", "external_id"), name="viid_inbox_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ViidInventory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_path", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=64)),
                ("content", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField(default=core.clock.now)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="viid_inventory", to="stations.device"
                    ),
                ),
            ],
            options={
                "verbose_name": "上报的资源",
                "verbose_name_plural": "上报的资源",
                "constraints": [models.UniqueConstraint(fields=("device", "kind", "code"), name="viid_inventory_once")],
            },
        ),
        migrations.CreateModel(
            name="ViidSender",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("username", models.CharField(max_length=60, verbose_name="用户名")),
                ("secret", core.db.fields.EncryptedTextField(purpose="recognition.viid.ha1", verbose_name="口令摘要")),
                ("colours", models.CharField(default="checkpoint", max_length=12, verbose_name="颜色编码")),
                ("without_qop", models.BooleanField(default=False, verbose_name="允许旧式摘要")),
                ("registered_at", models.DateTimeField(null=True, verbose_name="注册时间")),
                ("address", models.CharField(blank=True, max_length=60, verbose_name="注册地址")),
                ("last_keepalive_at", models.DateTimeField(null=True, verbose_name="最近保活")),
                ("online", models.BooleanField(default=False, verbose_name="在线")),
                ("quirks", models.JSONField(default=dict, verbose_name="方言")),
                (
                    "device",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="viid_sender",
                        to="stations.device",
                        verbose_name="设备",
                    ),
                ),
            ],
            options={
                "verbose_name": "视图库设备",
                "verbose_name_plural": "视图库设备",
                "constraints": [models.UniqueConstraint(fields=("username", "device"), name="viid_username_device")],
            },
        ),
        migrations.CreateModel(
            name="ViidSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscribe_id", models.CharField(max_length=64)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("details", models.CharField(max_length=200)),
                ("resources", models.TextField(blank=True)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("receive_url", models.CharField(blank=True, max_length=300)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("allowed_by_id", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField(default=core.clock.now)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="viid_subscriptions",
                        to="stations.device",
                    ),
                ),
            ],
            options={
                "verbose_name": "订阅",
                "verbose_name_plural": "订阅",
                "constraints": [
                    models.UniqueConstraint(fields=("device", "subscribe_id"), name="viid_subscription_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="watchentry",
            index=models.Index(
                condition=models.Q(("in_force", True)), fields=["plate_index"], name="watch_plate_in_force"
            ),
        ),
        migrations.AddIndex(
            model_name="watchentry",
            index=models.Index(
                condition=models.Q(("in_force", True)), fields=["folded_index"], name="watch_folded_in_force"
            ),
        ),
        migrations.AddIndex(
            model_name="watchentry",
            index=models.Index(fields=["plate_index"], name="watch_plate"),
        ),
        migrations.AddIndex(
            model_name="watchentry",
            index=models.Index(fields=["organisation_path", "state"], name="watch_path_state"),
        ),
        migrations.AddIndex(
            model_name="watchentry",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["valid_until"], name="watch_expiring"),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("valid_from"))), name="watch_valid_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by_id", None),
                    models.Q(("approved_by_id", models.F("applied_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="watch_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["approved", "modifying", "withdrawal_applied", "withdrawal_checked"]),
                        _negated=True,
                    ),
                    ("approved_by_id__isnull", False),
                    _connector="OR",
                ),
                name="watch_in_force_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("case_number", ""), _negated=True),
                    ("applied_by_id__isnull", False),
                ),
                name="watch_has_reason_case_applicant",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("organisation", "external_id"),
                name="watch_external_once",
            ),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["organisation_path", "state", "raised_at"], name="alarm_path_state"),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["plate_index", "last_at"], name="alarm_plate_last"),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["incident_uid"], name="alarm_incident"),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("plate_index", "="), ("kind_code", "="), ("camera_code", "="), ("during", "&&")],
                name="alarm_once_a_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.CheckConstraint(
                condition=models.Q(("match", "exact"), ("ask", True), _connector="OR"),
                name="alarm_possible_asks_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_at__gte", models.F("passed_at"))), name="alarm_last_after_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["reported", "closed"]), _negated=True),
                    models.Q(("outcome", ""), _negated=True),
                    _connector="OR",
                ),
                name="alarm_reported_with_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="watchstep",
            index=models.Index(fields=["entry", "at"], name="watch_step_entry_at"),
        ),
    ]
