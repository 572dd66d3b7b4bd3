"""Login accounts of people: opened and reset by the security administrator, who sees the first password once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput, NotFound
from stations.models import Person
from stations.services.record import record
from stations.services.require import require
from stations.services.roles import roles_changed
from stations.types import Actor, DataClass, Verb


def account_create(*, actor: Actor, person: Person, username: str, password: str | None = None) -> tuple[Any, str]:
    """Open an account for a person without one. Returns the user and the password (made here when none is given)."""
    path = person.organisation.path or ""
    require(actor, Verb.CREATE, DataClass.CREDENTIAL, path)
    if not username.strip():
        raise InvalidInput(_("账号不能为空"), field="username", cure=_("补全后再提交"))
    secret = _checked(password)
    try:
        with transaction.atomic():
            held = Person.objects.select_for_update().get(pk=person.pk)
            if held.user_id is not None:
                raise Conflict(_("该人员已有账号"), field="person", value=held.name, cure=_("请使用原账号，或先停用"))
            user = get_user_model().objects.create_user(username, password=secret)
            held.user = user
            held.save(update_fields=["user"])
            _record(actor, held, "account_created", path, user.pk)
            roles_changed(actor, held, path)
    except IntegrityError as error:
        raise Conflict(_("账号已存在"), field="username", value=username, cure=_("请换一个账号名")) from error
    person.user = user
    return user, secret


def account_reset_password(*, actor: Actor, person: Person, password: str | None = None) -> str:
    """Give an account a new password, shown once; every session of it ends. Returns the password."""
    path = person.organisation.path or ""
    require(actor, Verb.CHANGE, DataClass.CREDENTIAL, path)
    secret = _checked(password)
    with transaction.atomic():
        user = get_user_model().objects.select_for_update().filter(pk=person.user_id or 0).first()
        if user is None:
            raise NotFound(_("该人员没有账号"), field="person", value=person.name)
        user.set_password(secret)
        user.save(update_fields=["password"])
        _record(actor, person, "password_reset", path, user.pk)
        roles_changed(actor, person, path)
    return secret


def _checked(password: str | None) -> str:
    if password is None:
        return secrets.token_urlsafe(12)
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password", cure=_("请换一个密码")) from error
    return password


def _record(actor: Actor, person: Person, action: str, path: str, user_id: int) -> None:
    record(
        actor,
        action,
        audience=DataClass.CREDENTIAL,
        object_id=person.uid,
        organisation_path=path,
        subject={"user_id": user_id, "person_id": person.pk},
    )
