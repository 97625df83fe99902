"""Teams, inboxes and the desk: what each form may change, and nothing beyond."""

import pytest
from sqlalchemy import select

from helpdesk.models import Agent, Desk, Team, team_agent, team_inbox
from tests.people.conftest import EVERYTHING, World, changed, columns


def test_team(world: World) -> None:
    client = world.client("admin")
    given = {
        "name": "Returns",
        "name_ar": "المرتجعات",
        "agent_ids": [str(world.ids["other"]), "999"],
        "inbox_ids": str(world.ids["inbox"]),
        "id": "77",
    }
    assert world.post(client, "/teams", given).status_code == 302
    team = world.rows(select(Team).where(Team.name == "Returns"))[0]
    assert world.rows(select(team_agent.c.agent_id).where(team_agent.c.team_id == team.id)) == [world.ids["other"]]
    assert world.told == [f"end:agent:{world.ids['other']}"]
    assert world.post(client, f"/teams/{team.id}", {"name": "Returns", "agent_ids": str(world.ids["agent"])}).status_code == 302
    assert world.rows(select(team_agent.c.agent_id).where(team_agent.c.team_id == team.id)) == [world.ids["agent"]]
    assert not world.rows(select(team_inbox.c.inbox_id).where(team_inbox.c.team_id == team.id))
    assert world.told[1:] == sorted(f"end:agent:{world.ids[who]}" for who in ("agent", "other"))
    for path, name in (("/teams", "Returns"), (f"/teams/{team.id}", "Repairs")):
        answer = world.post(client, path, {"name": name})
        assert answer.status_code == 422
        assert 'id="f-name-problem"' in answer.text


def test_membership_counts_at_once(world: World) -> None:
    from helpdesk.extensions import db
    from helpdesk.queries.people import viewer_of

    def inboxes() -> tuple[int, ...]:
        with world.app.app_context():
            return viewer_of(db.session.get(Agent, world.ids["agent"])).inbox_ids

    assert inboxes() == (world.ids["inbox"],)
    world.post(world.client("admin"), f"/teams/{world.ids['team']}", {"name": "Repairs", "inbox_ids": str(world.ids["inbox"])})
    assert inboxes() == ()


def test_desk(world: World) -> None:
    before = columns(world.rows(select(Desk))[0])
    given = EVERYTHING | {"name": "Other Store", "name_ar": "", "language": "en", "time_zone": "Europe/Berlin"}
    assert world.post(world.client("admin"), "/desk", given).status_code == 302
    assert changed(before, columns(world.rows(select(Desk))[0])) == {"name", "name_ar", "language", "time_zone"}
    assert world.post(world.client("admin"), "/desk", {"name": "x", "language": "en", "time_zone": "x"}).status_code == 422


def test_what_people_wrote_is_text(world: World) -> None:
    client, words = world.client("admin"), '"><script>alert(1)</script>{{7*7}}'
    world.post(client, "/teams", {"name": words})
    world.post(client, "/desk", {"name": words, "language": "en", "time_zone": "Asia/Riyadh"})
    for path in ("/teams", "/desk", "/agents/new", f"/agents/{world.ids['agent']}"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "{{7*7}}" in page


@pytest.mark.parametrize("language", ["ar", "en"])
def test_pages_are_whole(world: World, language: str) -> None:
    client = world.client("admin")
    world.post(client, "/language", {"language": language})
    for path in ("/profile", "/agents", "/agents/new", "/teams", "/teams/new", "/inboxes", "/inboxes/new", "/desk"):
        page = client.get(path).text
        assert page.count("<h1") == 1
        assert f'lang="{language}"' in page
        assert 'style="' not in page
