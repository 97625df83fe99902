"""`helpdesk mail …`."""

import os
import sys
from collections.abc import Callable

import click
from flask import Flask


@click.group()
def mail() -> None:
    """Mail by hand: hand one in, see what is read of it, or have it read again."""


class Piped(click.Command):
    """A command in a mail server's pipe: wrong usage is 64 (sysexits.h EX_USAGE), which the server takes for a lasting mistake."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.exit_code = os.EX_USAGE  # type: ignore[misc]
            raise


@mail.command(cls=Piped)
@click.option("--inbox", required=True, metavar="ADDRESS", help="The inbox, with or without a +detail.")
@click.option("--sender", default="", metavar="ADDRESS", help="The envelope's sender, as the mail server knows it.")
@click.pass_obj
def deliver(application: Callable[[], Flask], inbox: str, sender: str) -> None:
    """Takes the message on the standard input. Exits with 0 when it is kept, 64 wrong usage, 65 too large, 67 no such inbox, 75 later."""
    from channels.email import deliver_pipe

    sys.exit(deliver_pipe.deliver(application, inbox, sys.stdin.buffer, sender))


@mail.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def inspect(as_json: bool) -> None:
    """Shows what is read of mails; their paths come on the standard input, one a line. Always exits with 0."""
    from channels.email.inspect import inspect_paths

    inspect_paths(sys.stdin, sys.stdout, as_json)


@mail.command()
@click.argument("raw_id", type=click.IntRange(1), metavar="ID")
@click.pass_obj
def retry(application: Callable[[], Flask], raw_id: int) -> None:
    """Puts a raw message back into the line, and says what that means."""
    from channels.email.retry import retry as again

    click.echo(again(application, raw_id))
