"""The house's own periodic work, in one list."""

from flask import Flask

from helpdesk import jobs
from helpdesk.actions import alarms, change, clock_put_right, drain_outbox, due_moments, housekeeping, long_tasks, release
from helpdesk.queries import due
from helpdesk.queries.long_tasks import task_is_due


def init_app(_app: Flask) -> None:
    """Makes it known to nudges and to the timetable."""
    jobs.add(jobs.Drain("release", "fast", release.release_due, 1, due.release_is_due))
    jobs.add(jobs.Drain("outbox", "fast", drain_outbox.drain, 1, due.outbox_is_due))
    jobs.add(jobs.Drain("due", "fast", due_moments.drain, 1, due.moment_is_due))
    jobs.add(jobs.Drain("wake", "fast", change.wake_due, 5, due.snooze_is_over))
    jobs.add(jobs.Drain("long_tasks", "slow", long_tasks.drain, 2, task_is_due))
    jobs.add(jobs.Drain("clock", "fast", clock_put_right.put_right, 30, clock_put_right.ran_ahead))
    jobs.add(jobs.Drain("housekeeping", "slow", housekeeping.tidy, 3600))
    jobs.add(jobs.Drain("alarms", jobs.HERE, alarms.look_at_stages, 15))
    jobs.add(jobs.Drain("ledger", jobs.HERE, alarms.look_at_ledger, 60))
