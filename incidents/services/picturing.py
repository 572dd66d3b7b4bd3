"""Adding a picture to an incident, and removing those past their term."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from core.attachments.services import attachment_create, attachment_remove
from core.errors import Conflict, NotFound
from core.retention import Removal
from incidents.models import Incident, IncidentPicture, IncidentStep
from incidents.selectors.visible import incidents_visible_to
from incidents.services.history import StepContext, incident_lock, incident_note, incident_publish
from incidents.states import SETTLED
from stations.services import require
from stations.types import Actor, DataClass, Verb

PICTURES_AT_MOST = 50


def incident_picture_add(*, actor: Actor, incident_uid: str, data: bytes) -> IncidentPicture:
    """Keep a picture for an incident that the actor sees, and say so in its history.

    Raises NotFound for an incident that it doesn't see, Conflict for the 51st picture, and what `picture_read` raises
    (400 broken, 413 too large, 415 of another kind); then nothing is kept.
    """
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        _check(actor, incident)
        attachment = attachment_create(
            actor_id=actor.user_id, organisation_path=incident.organisation_path, data=data, purpose="incident"
        )
        picture = IncidentPicture.objects.create(incident=incident, attachment=attachment)
        incident_note(
            incident,
            kind=IncidentStep.Kind.NOTE,
            context=StepContext(actor_id=actor.user_id, text=_("添加图片")),
            details={"attachment": str(attachment.uid)},
        )
        incident_publish(incident, "incidents.incident_changed")
    return picture


def _check(actor: Actor, incident: Incident) -> None:
    if not incidents_visible_to(actor).filter(pk=incident.pk).exists():
        raise NotFound(_("没有这条警情"), field="incident", value=str(incident.uid))
    if not actor.may(Verb.CREATE, DataClass.ATTACHMENT):
        require(actor, Verb.CREATE, DataClass.ATTACHMENT, incident.organisation_path)
    if incident.pictures.count() >= PICTURES_AT_MOST:
        raise Conflict(
            _("图片过多"),
            code="too_many_pictures",
            field="file",
            value=PICTURES_AT_MOST,
            cure=_("每条警情最多 %(most)s 张图片") % {"most": PICTURES_AT_MOST},
        )


def pictures_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `pictures`: the pictures of an incident that has been settled since before this moment.

    What goes is rows, files and smaller copies; the incident's history still says that there was a picture.
    """
    settled = Incident.objects.filter(
        state__in=sorted(SETTLED), received_at__lt=before, pictures__isnull=False
    ).annotate(last_step_at=Max("steps__at"), count=Count("pictures", distinct=True))
    for incident in settled.filter(last_step_at__lt=before).order_by("id").iterator(chunk_size=200):
        yield Removal(
            incident.number, incident.count, partial(_pictures_remove, incident.pk), incident.organisation_path
        )


def _pictures_remove(incident_id: int) -> int:
    pictures = list(IncidentPicture.objects.select_for_update(of=("self",)).filter(incident_id=incident_id))
    for picture in pictures:
        attachment = picture.attachment
        picture.delete()
        attachment_remove(attachment)
    return len(pictures)
