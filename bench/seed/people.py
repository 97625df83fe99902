"""Who works at the seeded desk: 8 teams with an inbox each, 200 agents of three teams, 20 who see next to nothing, and the chiefs."""

from dataclasses import dataclass
from hashlib import sha256

PASSWORD = "helpdesk-demo"  # the demo's
TEAMS, AGENTS = 8, 200
ADMIN, SUPERVISOR, FIRST_AGENT = 1, 2, 3
FEW, FEWS = FIRST_AGENT + AGENTS, 20
"""The first of 20 agents of no team, each of whom sees what is assigned to him: one ticket of 2,000."""
LAST = FEW + FEWS
BEGAN, FAR = "2024-01-01 00:00:00.000000", "9999-01-01 00:00:00.000000"
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Table:
    """Rows for one table."""

    name: str
    columns: str
    rows: Rows


def teams_of(agent: int) -> list[int]:
    """Three of eight."""
    return [(agent + step) % TEAMS + 1 for step in (0, 3, 5)]


def token_of(agent: int) -> str:
    """The session token that every seeded agent holds."""
    return f"{agent:043d}"


def people(password_hash: str) -> list[Table]:
    """Desk, agents, teams, inboxes and a session for each agent."""
    names = {ADMIN: ("admin", "admin"), SUPERVISOR: ("supervisor", "supervisor"), FIRST_AGENT: ("agent", "agent"), FEW: ("few", "agent")}
    agents = [agent(number, *names.get(number, (f"agent{number}", "agent")), password_hash) for number in range(1, LAST)]
    everyone = range(TEAMS)
    return [
        Table("desk", "id name name_ar language time_zone demo created_at", [(1, "Bench", "قياس", "en", "Asia/Riyadh", True, BEGAN)]),
        Table(
            "agent",
            "id email name name_ar role language time_zone theme digits signature signature_ar sound single_keys active created_at "
            "password_hash",
            agents,
        ),
        Table("team", "id name name_ar", [(n + 1, f"Team {n + 1}", f"فريق {n + 1}") for n in everyone]),
        Table(
            "inbox",
            "id channel name name_ar address team_id smtp plus_addressing authserv_id active",
            [
                (n + 1, "email", f"Inbox {n + 1}", f"صندوق {n + 1}", f"inbox{n + 1}@example.com", n + 1, "{}", False, "", True)
                for n in everyone
            ],
        ),
        Table("team_agent", "team_id agent_id", [(team, n) for n in range(FIRST_AGENT, FEW) for team in teams_of(n)]),
        Table("team_inbox", "team_id inbox_id", [(n + 1, n + 1) for n in everyone]),
        Table(
            "agent_session",
            "agent_id token_hash created_at last_seen_at expires_at address user_agent",
            [(n, sha256(token_of(n).encode()).hexdigest(), BEGAN, BEGAN, FAR, "", "") for n in range(1, LAST)],
        ),
    ]


def agent(number: int, name: str, role: str, password_hash: str) -> tuple[object, ...]:
    """One row."""
    return (
        number,
        f"{name}@example.com",
        f"Agent {number}",
        f"موظف {number}",
        role,
        "en",
        "Asia/Riyadh",
        "system",
        "latn",
        "",
        "",
        False,
        True,
        True,
        BEGAN,
        password_hash,
    )
