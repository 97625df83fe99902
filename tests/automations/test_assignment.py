"""Who is chosen: a table of cases, worked out by hand."""

from automations.assignment import METHODS, Candidate, Wanted, choose, needs_of, plan_of, skill

IDLE = [Candidate(1), Candidate(2), Candidate(3)]
ARABIC, PRINTER = frozenset({"lang:ar"}), frozenset({"lang:en", "printer", "type:3"})
CASES = [
    ("nobody is there", "round_robin", [], Wanted(), (None, "nobody_there")),
    ("alike: the lowest number", "round_robin", IDLE, Wanted(), (1, "round_robin")),
    ("the longest ago", "round_robin", [Candidate(1, turn=5), Candidate(2, turn=3), Candidate(3, turn=4)], Wanted(), (2, "round_robin")),
    ("the newcomer once", "round_robin", [Candidate(1, turn=5), Candidate(9)], Wanted(), (9, "round_robin")),
    ("turns do not count tickets", "round_robin", [Candidate(1, tickets=9, turn=1), Candidate(2, turn=2)], Wanted(), (1, "round_robin")),
    ("fewest", "least_busy", [Candidate(1, tickets=3), Candidate(2, tickets=1), Candidate(3, tickets=2)], Wanted(), (2, "least_busy")),
    ("alike: by turn", "least_busy", [Candidate(1, tickets=1, turn=2), Candidate(2, tickets=1, turn=1)], Wanted(), (2, "least_busy")),
    ("full", "least_busy", [Candidate(1, capacity=4, weight=4), Candidate(2, tickets=9)], Wanted(), (2, "least_busy")),
    ("a chat does not fit, a mail would", "round_robin", [Candidate(1, capacity=4, weight=2)], Wanted(3), (None, "all_full")),
    ("it just fits", "round_robin", [Candidate(1, capacity=4, weight=3)], Wanted(1), (1, "round_robin")),
    ("no capacity at all", "round_robin", [Candidate(1, capacity=0)], Wanted(1), (None, "all_full")),
    ("share", "capacity", [Candidate(1, capacity=10, weight=5), Candidate(2, capacity=4, weight=1)], Wanted(), (2, "capacity")),
    ("equal shares: by turn", "capacity", [Candidate(1, 10, weight=5, turn=2), Candidate(2, 4, weight=2, turn=1)], Wanted(),
     (2, "capacity")),
    ("no limit is the largest", "capacity", [Candidate(1, 10, weight=5), Candidate(2, weight=4)], Wanted(), (2, "capacity")),
    ("no limits at all", "capacity", [Candidate(1, weight=5), Candidate(2, weight=4)], Wanted(), (2, "capacity")),
    ("the language", "skills", [Candidate(1), Candidate(2, skills=ARABIC)], Wanted(needs=("lang:ar",)), (2, "skills")),
    ("the language before words", "skills", [Candidate(1, skills=PRINTER), Candidate(2, skills=ARABIC)],
     Wanted(needs=("lang:ar", "type:3", "printer")), (2, "skills")),
    ("the type before words", "skills", [Candidate(1, skills=frozenset({"a", "b"})), Candidate(2, skills=frozenset({"type:3"}))],
     Wanted(needs=("type:3", "a", "b")), (2, "skills")),
    ("more words", "skills", [Candidate(1, skills=frozenset({"a"})), Candidate(2, skills=frozenset({"a", "b"}))],
     Wanted(needs=("a", "b")), (2, "skills")),
    ("equally skilled: less busy", "skills", [Candidate(1, skills=ARABIC, tickets=2), Candidate(2, skills=ARABIC, tickets=1)],
     Wanted(needs=("lang:ar",)), (2, "skills")),
    ("the skilled one is full: the rest of the team", "skills", [Candidate(1, 1, ARABIC, weight=1), Candidate(2)],
     Wanted(needs=("lang:ar",)), (2, "skills_nobody")),
    ("who helped last", "last_helper", IDLE, Wanted(helper=3), (3, "last_helper")),
    ("he is full", "last_helper", [Candidate(1), Candidate(3, 1, weight=1)], Wanted(helper=3), (1, "least_busy")),
    ("he is not there", "last_helper", [Candidate(1, tickets=1), Candidate(2)], Wanted(helper=3), (2, "least_busy")),
    ("nobody helped yet", "last_helper", IDLE, Wanted(), (1, "least_busy")),
]  # fmt: skip


def test_who_is_chosen() -> None:
    wrong = [
        (name, found)
        for name, method, candidates, wanted, expected in CASES
        for some in (candidates, candidates[::-1])
        if (found := choose(method, some, wanted)) != expected
    ]
    assert wrong == []
    assert {case[1] for case in CASES} == set(METHODS)


def test_what_a_ticket_needs() -> None:
    assert needs_of("ar", 3, ["printer", "a"]) == ("lang:ar", "type:3", "a", "printer")
    assert needs_of("und", None, []) == ()
    assert skill("  الطّابعة   RX ") == skill("الطابعه rx")


def test_how_a_team_gets_its_work() -> None:
    assert plan_of({}).method == plan_of({"method": "magic", "auto": True}).method == ""
    assert not plan_of({"method": "magic", "auto": True}).auto
    plan = plan_of({"method": "capacity", "weights": {"chat": 5}, "auto": True})
    assert [plan.weight(channel) for channel in ("chat", "whatsapp", "email", "pigeon")] == [5, 2, 1, 1]
