"""A table of canned replies is taken in: all of it or nothing."""

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import canned
from helpdesk.actions.transaction import transaction
from helpdesk.canned_csv import Row
from helpdesk.fields import Problems
from helpdesk.models import CannedReply
from helpdesk.policy import Viewer
from helpdesk.queries.canned_sheet import Plan, Step, plan


def take_in(viewer: Viewer, rows: list[Row]) -> Plan:
    """Writes what the plan says, as the desk is now; Problems, named by row, and nothing written when one row is bad."""
    with transaction() as session:
        found = plan(session, rows)
        if found.problems:
            raise Problems({f"row-{number}": words for number, words in found.problems.items()})
        for step in found.steps:
            if step.kind != "same":
                write(session, viewer, step)
    return found


def write(session: Session, viewer: Viewer, step: Step) -> None:
    """One reply; one that is switched off stays so."""
    reply = CannedReply(active=True, uses=0, created_at=clock.now(), texts=[])
    if step.reply_id is not None:
        reply = canned.held_reply(session, viewer, step.reply_id)
    asked = canned.CannedChange(
        step.name, step.name_ar, step.folder, step.texts, personal=False, team_id=step.team_id, folder_ar=step.folder_ar)
    canned.write(session, viewer, reply, asked, canned.prepared(asked))
    session.add(reply)
