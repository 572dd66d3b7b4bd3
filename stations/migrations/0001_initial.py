"""Organisations, people, roles, places and devices."""

import uuid

import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.db.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StationService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("service_class", models.CharField(max_length=30, verbose_name="类别")),
            ],
            options={
                "verbose_name": "服务事项",
                "verbose_name_plural": "服务事项",
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="用途")),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="吊销时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "接口令牌",
                "verbose_name_plural": "接口令牌",
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("province", "省"),
                            ("city", "市"),
                            ("district", "区县"),
                            ("town", "镇街"),
                            ("brigade", "大队"),
                            ("squadron", "中队"),
                            ("police_station", "派出所"),
                            ("agency", "单位"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="机构代码")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("path", models.CharField(editable=False, max_length=200, null=True, unique=True, verbose_name="路径")),
                ("features", models.JSONField(blank=True, default=dict, verbose_name="功能开关")),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="时区")),
                ("duty_phone", models.CharField(blank=True, max_length=40, verbose_name="值班电话")),
                ("supervision_phone", models.CharField(blank=True, max_length=40, verbose_name="监督电话")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="stations.organisation",
                        verbose_name="上级",
                    ),
                ),
            ],
            options={
                "verbose_name": "机构",
                "verbose_name_plural": "机构",
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("identifier", models.CharField(max_length=60, unique=True, verbose_name="设备号")),
                ("protocol", models.CharField(max_length=20, verbose_name="协议")),
                ("token_hash", models.BinaryField(max_length=32, null=True, unique=True, verbose_name="凭证摘要")),
                ("datum", models.CharField(default="wgs84", max_length=10, verbose_name="坐标系")),
                ("last_seen_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最近上线")),
                ("locked_at", models.DateTimeField(blank=True, null=True, verbose_name="锁定时间")),
                ("locked_reason", models.CharField(blank=True, max_length=200, verbose_name="锁定原因")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "设备",
                "verbose_name_plural": "设备",
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("heading_deg", models.FloatField(blank=True, null=True, verbose_name="方向")),
                ("lanes", models.JSONField(blank=True, default=list, verbose_name="车道")),
                ("ring", models.PositiveSmallIntegerField(default=3, verbose_name="圈层")),
                ("owner", models.CharField(blank=True, max_length=60, verbose_name="建设单位")),
                (
                    "state",
                    models.CharField(
                        choices=[("online", "在线"), ("offline", "离线"), ("repair", "维修")],
                        default="online",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="位置")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoints",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "卡口",
                "verbose_name_plural": "卡口",
            },
        ),
        migrations.CreateModel(
            name="Camera",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("heading_deg", models.FloatField(blank=True, null=True, verbose_name="方向")),
                ("lanes", models.JSONField(blank=True, default=list, verbose_name="车道")),
                ("ring", models.PositiveSmallIntegerField(default=3, verbose_name="圈层")),
                ("is_private", models.BooleanField(default=False, verbose_name="社会面")),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="位置")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cameras",
                        to="stations.checkpoint",
                        verbose_name="卡口",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cameras",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "摄像机",
                "verbose_name_plural": "摄像机",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("officer", "民警"),
                            ("auxiliary", "辅警"),
                            ("warden", "路管员"),
                            ("persuader", "劝导员"),
                            ("staff", "工作人员"),
                            ("leader", "领导干部"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("staff_number", models.CharField(blank=True, max_length=30, verbose_name="警号／工号")),
                ("post_title", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                ("duty_phone", models.CharField(blank=True, max_length=40, verbose_name="值班电话")),
                (
                    "personal_phone",
                    core.db.fields.EncryptedTextField(
                        blank=True, default="", purpose="stations.person.personal_phone", verbose_name="个人电话"
                    ),
                ),
                (
                    "personal_phone_index",
                    core.db.fields.BlindIndexField(blank=True, null=True, purpose="stations.person.personal_phone"),
                ),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("is_active", models.BooleanField(default=True, verbose_name="在职")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "supervising_officer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="auxiliaries",
                        to="stations.person",
                        verbose_name="带班民警",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登录账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "人员",
                "verbose_name_plural": "人员",
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("commander", "指挥长"),
                            ("dispatcher", "指挥员"),
                            ("officer", "民警"),
                            ("auxiliary", "辅警"),
                            ("warden", "路管员"),
                            ("chief", "路长"),
                            ("persuader", "劝导员"),
                            ("station_staff", "服务站人员"),
                            ("reviewer", "审核员"),
                            ("payee_desk", "奖金发放员"),
                            ("analyst", "分析员"),
                            ("administrator", "系统管理员"),
                            ("security_administrator", "安全管理员"),
                            ("auditor", "审计员"),
                            ("device", "设备"),
                            ("public", "公众"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="有效期")),
                ("granted_by_id", models.BigIntegerField(editable=False, null=True)),
                ("granted_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stations.organisation",
                        verbose_name="范围",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="role_grants",
                        to="stations.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "角色授权",
                "verbose_name_plural": "角色授权",
            },
        ),
        migrations.CreateModel(
            name="SendGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="有效期")),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("created_by_id", models.BigIntegerField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="send_grants_given",
                        to="stations.organisation",
                        verbose_name="出借机构",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="send_grants_received",
                        to="stations.organisation",
                        verbose_name="可调用机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "跨机构调警授权",
                "verbose_name_plural": "跨机构调警授权",
            },
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "公安执法服务站"),
                            ("persuasion", "交通劝导站"),
                            ("post", "警务岗亭"),
                            ("police_station", "派出所"),
                            ("settlement", "快处快赔中心"),
                            ("command", "指挥中心"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                ("duty_phone", models.CharField(blank=True, max_length=40, verbose_name="值班电话")),
                ("opening_hours", models.JSONField(blank=True, default=dict, verbose_name="开放时间")),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="位置")),
                (
                    "service_area",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        blank=True, null=True, srid=4326, verbose_name="服务范围"
                    ),
                ),
                ("is_public", models.BooleanField(default=True, verbose_name="对外公布")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stations",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "services",
                    models.ManyToManyField(
                        blank=True, related_name="stations", to="stations.stationservice", verbose_name="服务事项"
                    ),
                ),
            ],
            options={
                "verbose_name": "站点",
                "verbose_name_plural": "站点",
            },
        ),
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("plate", models.CharField(max_length=20, verbose_name="号牌或编号")),
                ("kind", models.CharField(max_length=20, verbose_name="类别")),
                ("generated", models.BooleanField(default=False, verbose_name="示例数据")),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vehicles",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "车辆",
                "verbose_name_plural": "车辆",
            },
        ),
        migrations.CreateModel(
            name="DeviceBinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="有效期")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bindings",
                        to="stations.device",
                        verbose_name="设备",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_bindings",
                        to="stations.person",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_bindings",
                        to="stations.station",
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_bindings",
                        to="stations.vehicle",
                    ),
                ),
            ],
            options={
                "verbose_name": "设备绑定",
                "verbose_name_plural": "设备绑定",
            },
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(models.F("path"), name="text_pattern_ops"),
                name="organisation_path_prefix",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="organisation_not_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("ring__gte", 1), ("ring__lte", 6)), name="checkpoint_ring_1_to_6"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("heading_deg__isnull", True),
                    models.Q(("heading_deg__gte", 0), ("heading_deg__lt", 360)),
                    _connector="OR",
                ),
                name="checkpoint_heading_0_to_360",
            ),
        ),
        migrations.AddConstraint(
            model_name="camera",
            constraint=models.CheckConstraint(
                condition=models.Q(("ring__gte", 1), ("ring__lte", 6)), name="camera_ring_1_to_6"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("staff_number", ""), _negated=True),
                fields=("organisation", "staff_number"),
                name="person_staff_number_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("person", "="), ("role", "="), ("organisation", "="), ("valid", "&&")],
                name="role_grant_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="sendgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", models.F("receiver")), _negated=True), name="send_grant_two_parties"
            ),
        ),
        migrations.AddConstraint(
            model_name="sendgrant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("owner", "="), ("receiver", "="), ("valid", "&&")], name="send_grant_no_overlap"
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(fields=("organisation", "plate"), name="vehicle_plate_unique"),
        ),
        migrations.AddConstraint(
            model_name="devicebinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("station__isnull", True), ("vehicle__isnull", True)),
                    models.Q(("person__isnull", True), ("station__isnull", True), ("vehicle__isnull", False)),
                    models.Q(("person__isnull", True), ("station__isnull", False), ("vehicle__isnull", True)),
                    _connector="OR",
                ),
                name="device_binding_exactly_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="devicebinding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("device", "="), ("valid", "&&")], name="device_binding_no_overlap"
            ),
        ),
    ]
