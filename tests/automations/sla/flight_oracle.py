"""What a history means for promises, by asking of every moment what was so then. Knows the product's words and none of its code.

A history is [(second, kind, value)] in order: "opened", "message", "answer", "status" NAME, "woken" NAME (the customer wrote), "place"
NAME. A policy is {"pause": [status], "targets": {name: (amount, unit)}, "calendar": an oracle of hours}.
"""

DONE = ("solved", "closed")


class Flight:
    """One history, read under one policy. Nothing is kept from one moment to the next but what is looked up again."""

    def __init__(self, history, policy):
        self.history, self.policy = history, policy

    def so(self, kinds, place, otherwise):
        """The last value of such an event among the first `place` events."""
        return next((value for _second, kind, value in reversed(self.history[:place]) if kind in kinds), otherwise)

    def done(self, place):
        """Whether the ticket is solved after the first `place` events."""
        return self.so(("status", "woken"), place, "open") in DONE

    def rests(self, place):
        """Whether clocks rest after the first `place` events."""
        status = self.so(("status", "woken"), place, "open")
        return status in self.policy["pause"] or self.so(("place",), place, "inbox") != "inbox"

    def starts(self, name):
        """Places of the events with which promises of that name begin."""
        if name in ("first_response", "resolution"):
            return [place for place, event in enumerate(self.history) if event[1] == "opened"]
        return [place for place, event in enumerate(self.history)
                if event[1] == "message" and not self.done(place + 1) and not self.somebody_waits(place)]

    def somebody_waits(self, place):
        """Whether the customer waits already before that event: going back, a message or the opening comes before any answer, and before a
        solving that stood until the customer wrote."""
        for at in range(place - 1, -1, -1):
            kind = self.history[at][1]
            if kind in ("message", "opened"):
                return True
            if kind == "answer" or (kind == "woken" and self.done(at)):
                return False
        return False

    def ended(self, name, start):
        """(place of the event with which it ended, "met" or "cancelled"), or None."""
        for place in range(start + 1, len(self.history)):
            kind = self.history[place][1]
            if name != "resolution" and kind == "answer":
                return place, "met"
            if name != "resolution" and kind == "woken" and self.done(place) and not self.done(place + 1):
                return self.solved_before(place), "cancelled"
        if self.done(len(self.history)):
            return self.solved_before(len(self.history)), "met" if name == "resolution" else "cancelled"
        return None

    def solved_before(self, place):
        """The place of the event since which it is done."""
        while self.done(place - 1):
            place -= 1
        return place - 1

    def outcome(self, name, start, now):
        """(due, state) of the promise that began with that event, at `now`."""
        end, began = self.ended(name, start), self.history[start][0]
        last = len(self.history) if end is None else end[0]
        pauses = []
        for place in range(start, last):
            until = self.history[place + 1][0] if place + 1 < len(self.history) else None
            if until == self.history[place][0] or not (self.rests(place + 1) or self.done(place + 1)):
                continue
            if end is not None and end[1] == "met" and name != "resolution" and self.done(place + 1) and self.stays_done(place, last):
                continue  # the answer that was sent with the solving
            pauses.append((self.history[place][0], until))
        amount, unit = self.policy["targets"][name]
        state, when = self.policy["calendar"].due(began, amount, unit, pauses)
        when = when if state == "due" else None
        if end is not None:
            finished = self.history[end[0]][0]
            late = when is not None and finished > when
            return when, "cancelled" if end[1] == "cancelled" else "breached" if late else "met"
        if state == "paused":
            return None, "paused"
        return when, "breached" if when is not None and now >= when else "running"

    def stays_done(self, place, last):
        """Whether it is done from that event until the end."""
        return all(self.done(at + 1) for at in range(place, last))
