"""How late a due moment acts, in the product as it runs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.desk import HELPDESK
from tests.journeys.product import Product

PAUSE_SECONDS, SPREAD_SECONDS = 0.05, 30.0


def by_the_product(env: dict[str, str], due: int) -> list[float]:
    """Seconds, ascending, from the moment at which each of so many targets was missed to its event, in the product as it runs, beside all
    that is not due."""
    product = Product(Path(tempfile.mkdtemp(prefix="helpdesk-due-")), [HELPDESK, "run"], env).wait_until_ready()
    try:
        told = subprocess.check_output([sys.executable, "-m", "bench.lateness", str(due)], env=os.environ | env, text=True)
        return sorted(json.loads(told))
    finally:
        product.stop()


def spread(count: int) -> list[float]:
    """Spreads so many breaches over the next seconds, and waits for the product to have told of them all."""
    from sqlalchemy import select, update

    from helpdesk import clock
    from helpdesk.actions.transaction import transaction
    from helpdesk.app import create_app
    from helpdesk.extensions import db
    from helpdesk.models import DueMoment, SlaStep

    with create_app().app_context():
        with transaction() as session:
            first = clock.now() + timedelta(seconds=2)
            found = session.scalars(select(DueMoment).where(DueMoment.step == "breach").order_by(DueMoment.id.desc()).limit(count)).all()
            due = {moment.ref: first + timedelta(seconds=SPREAD_SECONDS * place / count) for place, moment in enumerate(found)}
            for moment in found:
                session.execute(update(DueMoment).where(DueMoment.id == moment.id).values(due_at=due[moment.ref]))
        taken = select(SlaStep.target_id, SlaStep.at).where(SlaStep.target_id.in_(due), SlaStep.step == "breach")
        while len(rows := db.session.execute(taken).all()) < count:
            db.session.rollback()
            time.sleep(PAUSE_SECONDS)
        return [round((at - due[target_id]).total_seconds(), 2) for target_id, at in rows]


if __name__ == "__main__":
    print(json.dumps(spread(int(sys.argv[1]))))
