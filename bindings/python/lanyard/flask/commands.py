"""flask lanyard: what the one who runs the application needs at a shell."""

import secrets

import click
from flask import current_app
from flask.cli import AppGroup

from .accounts import clean_roles
from .problems import Problem

__all__ = ["group"]

group = AppGroup("lanyard", help="User sessions: tables, users, sessions.")
named = click.option("--name", default="", help="Of the Lanyard, when there are several.")


def _state(name):
    states = current_app.extensions.get("lanyard-states", {})
    if name not in states:
        raise click.ClickException(f"this application has no Lanyard named {name!r}")
    return states[name]


def _embedded(name):
    backend = _state(name).backend
    if not backend.is_embedded:
        raise click.ClickException("the users and sessions are lanyardd's: lanyardd admin")
    return backend


def _user(backend, login):
    user = backend.accounts.find(login) or backend.accounts.get(login)
    if user is None:
        raise click.ClickException(f"no user {login}")
    return user


def _user_id(backend, login):
    """Of a name or an address; anything else is an ID, of a user who may be the application's."""
    user = backend.accounts.find(login)
    return user.id if user else login


@group.command("secret")
def secret():
    """Print a new SECRET_KEY."""
    click.echo(secrets.token_hex(32))


@group.command("init-db")
@named
def init_db(name):
    """Make the tables that are missing."""
    _embedded(name).create_tables()
    click.echo("lanyard_users, lanyard_sessions: there")


@group.command("doctor")
@named
def doctor(name):
    """Say how it is configured, and whether that works."""
    state = _state(name)
    click.echo(f"mode       {'embedded' if state.backend.is_embedded else state.settings.server}")
    click.echo(f"access     {state.settings.access_seconds} s")
    for line in state.backend.diagnose():
        click.echo(line)


@group.command("add-user")
@click.argument("login")
@click.option("--role", "roles", multiple=True, default=("user",), show_default=True)
@click.password_option()
@named
def add_user(login, roles, password, name):
    """Add a user of that name or e-mail address."""
    is_email = "@" in login
    try:
        user = _embedded(name).accounts.add(
            None if is_email else login, login if is_email else None, password, roles)
    except (Problem, ValueError) as error:
        raise click.ClickException(getattr(error, "description", None) or str(error)) from None
    click.echo(user.id)


@group.command("roles")
@click.argument("login")
@click.argument("roles", nargs=-1)
@named
def roles(login, roles, name):
    """Give a user these roles; they stand in the next access token."""
    backend = _embedded(name)
    try:
        backend.accounts.set_roles(_user(backend, login).id, clean_roles(roles))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@group.command("disable")
@click.argument("login")
@named
def disable(login, name):
    """Lock a user out: every session ends, no login works."""
    backend = _embedded(name)
    count = backend.accounts.set_disabled(_user(backend, login).id, True)
    click.echo(f"{count} sessions ended")


@group.command("enable")
@click.argument("login")
@named
def enable(login, name):
    """Let a user in again."""
    backend = _embedded(name)
    backend.accounts.set_disabled(_user(backend, login).id, False)


@group.command("sessions")
@click.argument("login")
@named
def sessions(login, name):
    """List the live sessions of a user (a name, an address or an ID)."""
    backend = _embedded(name)
    rows = backend.sessions.list(_user_id(backend, login))
    click.echo(f"{'id':36}  {'generation':>10}  {'from':18}  device")
    for row in rows:
        click.echo(f"{row['id']:36}  {row['gen']:>10}  {row['prefix']:18}  {row['device']}")


@group.command("end")
@click.argument("sid")
@named
def end(sid, name):
    """End one session."""
    ended = _embedded(name).sessions.logout(sid, "", reason="admin")
    click.echo("ended" if ended else "it had ended")


@group.command("end-all")
@click.argument("login")
@named
def end_all(login, name):
    """End every session of a user."""
    backend = _embedded(name)
    user_id = _user_id(backend, login)
    with backend.sessions.begin() as db:
        count = backend.sessions.end_user(db, user_id, "admin")
    click.echo(f"{count} sessions ended")


@group.command("sweep")
@named
def sweep(name):
    """Remove the rows of sessions that are long over."""
    total, count = 0, 1
    while count:
        count = _embedded(name).sessions.sweep()
        total += count
    click.echo(f"{total} rows removed")
