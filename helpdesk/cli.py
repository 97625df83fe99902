"""The `helpdesk` command. What a command needs is loaded when it runs; the wings' own commands come from helpdesk.app."""

import sys
from typing import Any

import click

from helpdesk.errors import HelpdeskError, SettingError


class Desk(click.Group):
    """The commands below and those of the wings. A refusal is a sentence on the standard error, never a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except SettingError as error:
            refuse(error, 2)
        except HelpdeskError as error:
            refuse(error, 1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.of_the_wings()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self.of_the_wings().get(cmd_name)

    @staticmethod
    def of_the_wings() -> dict[str, click.Command]:
        """Name -> command."""
        from helpdesk.app import commands
        from helpdesk.cli_inbox import inbox
        from helpdesk.cli_ledger import ledger, raw
        from helpdesk.cli_outbox import outbox
        from helpdesk.cli_people import user

        return {str(command.name): command for command in [user, inbox, ledger, outbox, raw, *commands()]}


def refuse(error: HelpdeskError, code: int) -> None:
    """The sentence, and the exit code."""
    click.echo(error.sentence, err=True)
    sys.exit(code)


def settings() -> Any:
    """What the environment says; Flask is loaded with it."""
    from helpdesk.settings import Settings

    return Settings.from_environ()


def application() -> Any:
    """The application as the environment has it."""
    from helpdesk.app import create_app

    return create_app(settings())


@click.group(cls=Desk)
@click.pass_context
def main(ctx: click.Context) -> None:
    """A helpdesk in Arabic and English."""
    ctx.obj = application  # for the wings, who may not know helpdesk.app


@main.command()
@click.option("--empty", is_flag=True, help="Begin with the first-run page instead of the demo desk.")
def run(empty: bool) -> None:
    """Runs the whole desk until Ctrl C."""
    # Whatever the environment says: what is loaded from here on is the same at each start, and compiling it anew takes three seconds.
    sys.dont_write_bytecode = False
    from helpdesk.serving.supervisor import run as supervise

    sys.exit(supervise(settings(), empty))


@main.command()
@click.argument("queues", nargs=-1)
def worker(queues: tuple[str, ...]) -> None:
    """Runs one more worker, on this or another machine; QUEUES are fast, mail, delivery and slow, by default all."""
    from helpdesk.jobs import QUEUES
    from helpdesk.serving import logs
    from helpdesk.serving.worker import serve

    unknown = set(queues) - set(QUEUES)
    if unknown:
        raise click.BadParameter(f"there is no queue {', '.join(sorted(unknown))}; there are {', '.join(QUEUES)}", param_hint="QUEUES")
    logs.configure(settings().log)
    logs.name_process("worker")
    serve(application(), queues or QUEUES)


@main.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Brings the database to this version, with a copy of SQLite made first."""
    from helpdesk.migrate import upgrade

    upgrade(settings(), revision)


@main.command("crash-points")
def crash_points() -> None:
    """Lists the names for HELPDESK_TEST_CRASH, a line each with what is true there."""
    from helpdesk.crash import POINTS

    for name, meaning in POINTS.items():
        click.echo(f"{name}  {meaning}")


@main.group()
def demo() -> None:
    """The demo desk."""


@demo.command("build")
@click.pass_obj
def build_demo(application: Any) -> None:
    """Fills an empty desk with the demo."""
    from helpdesk.demo.build import build

    with application().app_context():
        if not build():
            raise HelpdeskError("There is a desk already.")
    click.echo("The demo is built.")


@demo.command("remove")
@click.pass_obj
def remove_demo(application: Any) -> None:
    """Takes the demo away and leaves what people added."""
    from helpdesk.demo.remove import remove

    with application().app_context():
        left = remove()
    click.echo("The demo is gone." if left else "The demo is gone; the first-run page opens next.")
