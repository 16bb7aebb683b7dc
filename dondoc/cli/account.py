"""`dondoc account …`: who may sign in to the supervisor's pages. Passwords never stand on the command line."""

from __future__ import annotations

import getpass
import json as jsonlib
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import print_table
from dondoc.errors import Refused
from dondoc.services import accounts, passwords
from dondoc.services.accounts import ROLE_NAMES, ROLES, Account, Role

account_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Login = Annotated[str, typer.Argument(help="Tên đăng nhập: chữ thường không dấu, số, dấu chấm, gạch")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ dòng đầu của đầu vào chuẩn")]
BUSY = "Máy đang bận, chưa làm gì: hãy thử lại."


@account_app.command()
def create(
    login: Login,
    name: Annotated[str, typer.Option(help="Họ tên")],
    agency: Annotated[str, typer.Option(help="Cơ quan: mã hoặc tên trong danh bạ")],
    role: Annotated[str, typer.Option(help="supervisor (theo dõi), reviewer (người duyệt) hoặc read (chỉ xem)")],
    password_stdin: Stdin = False,
) -> None:
    """Tạo tài khoản. Mật khẩu được hỏi hai lần; để trống thì tạo ngẫu nhiên, chỉ hiện một lần."""
    chosen = _role(role)
    password, made_up = _password(password_stdin)
    with open_app() as app:
        try:
            made = accounts.create(
                app, login=login, name=name, agency=agency, role=chosen, password=password, by=_who(), now=app.now()
            )
        except passwords.TooBusy as error:
            raise Refused(BUSY) from error
    typer.echo(f"Đã tạo tài khoản {made.login} ({made.name}, {made.agency}, {ROLE_NAMES[made.role]}).")
    _tell(password if made_up else None)


@account_app.command("list")
def show(json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False) -> None:
    """Các tài khoản và tình trạng của chúng."""
    with open_app() as app:
        found, now = accounts.every(app), app.now()
    if json:
        typer.echo(jsonlib.dumps([_row(one) for one in found], ensure_ascii=False))
        return
    print_table(
        ("Tên đăng nhập", "Họ tên", "Cơ quan", "Vai trò", "Tình trạng"),
        ((one.login, one.name, one.agency, ROLE_NAMES[one.role], _state(one, now)) for one in found),
    )


@account_app.command()
def password(login: Login, password_stdin: Stdin = False) -> None:
    """Đặt lại mật khẩu; người dùng phải đổi khi đăng nhập, mọi phiên đang mở kết thúc."""
    given, made_up = _password(password_stdin)
    with open_app() as app:
        try:
            accounts.set_password(app, login, given, by=_who(), now=app.now())
        except passwords.TooBusy as error:
            raise Refused(BUSY) from error
    typer.echo("Đã đặt lại mật khẩu.")
    _tell(given if made_up else None)


@account_app.command()
def disable(login: Login) -> None:
    """Ngừng dùng một tài khoản; mọi phiên đang mở kết thúc ngay."""
    with open_app() as app:
        ended = accounts.disable(app, login, by=_who(), now=app.now())
    typer.echo(f"Đã ngừng dùng tài khoản, {ended} phiên kết thúc.")


@account_app.command()
def enable(login: Login) -> None:
    """Cho dùng lại một tài khoản đã ngừng."""
    with open_app() as app:
        accounts.enable(app, login, by=_who(), now=app.now())
    typer.echo("Tài khoản dùng lại được.")


@account_app.command()
def unlock(login: Login) -> None:
    """Mở khóa một tài khoản bị khóa vì sai mật khẩu nhiều lần."""
    with open_app() as app:
        failures = accounts.unlock(app, login, by=_who(), now=app.now())
    typer.echo(f"Đã mở khóa ({failures} lần sai được xóa).")


def _role(text: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise Refused(f"Không có vai trò “{text}”: chọn {', '.join(ROLES)}.")


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was made up here. Raises Refused when what was typed cannot be used."""
    if from_stdin:
        given = _decoded(sys.stdin.buffer.readline(4096))
        if not given:
            raise Refused("Đầu vào chuẩn không có mật khẩu.")
        return given, False
    if not sys.stdin.isatty():
        return passwords.made_up(), True
    first = getpass.getpass("Mật khẩu (để trống: tạo ngẫu nhiên): ")
    if not first:
        return passwords.made_up(), True
    if getpass.getpass("Nhập lại mật khẩu: ") != first:
        raise Refused("Hai lần nhập không giống nhau. Chưa làm gì.")
    return first, False


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Refused("Mật khẩu trên đầu vào chuẩn phải viết bằng UTF-8.") from error


def _tell(password: str | None) -> None:
    if password is not None:
        typer.echo(f"Mật khẩu, chỉ hiện lần này: {password}")
    typer.echo("Người dùng phải đổi mật khẩu khi đăng nhập lần đầu.")


def _row(one: Account) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(one).items()}


def _state(one: Account, now: datetime) -> str:
    if one.disabled_at is not None:
        return f"ngừng dùng từ {one.disabled_at:%d/%m/%Y}"
    if one.locked_until is not None and one.locked_until > now:
        return f"tạm khóa đến {one.locked_until:%H:%M %d/%m/%Y}"
    return "chờ đổi mật khẩu" if one.must_change else "đang dùng"


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
