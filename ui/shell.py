"""What surrounds every page: dress, who asks, what is chosen, and calm words when nothing can be
shown. The keys of the choices in the address are named here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from queries import indicators as queries
from queries import mergings as together
from queries import rules
from queries.catalogue import indicators
from queries.i18n import DEFAULT_LANGUAGE, LANGUAGES, language, set_language
from queries.municipality import municipality
from queries.reference import ReferenceDataError
from queries.store import EmptyStore, Reader, StoreError
from queries.viewer import Role, Viewer
from ui import cards, choices, importera, theme
from ui.addresses import PAGES, Address
from ui.context import Context, load_snapshot
from ui.login import let_in, note, whom_to_ask
from ui.server import login_configured
from ui.text import _, role_word

WAVE, COMPARE, DEPARTMENT, ROLE, MINE = "vag", "jamfor", "forvaltning", "roll", "mina"
INDICATOR = "indikator"
LANGUAGE = "lang"
TONGUES = {"sv": "Svenska", "en": "English"}
CONTEXT, TITLE, VIEWER = "_context", "_title", "_viewer"
NONE = "–"
SAID = 80
"""As much of an address as is repeated to the visitor."""
ROOT = Path(__file__).resolve().parent.parent


def dress() -> None:
    """Set language, width, brand and stylesheet. The title is set later: here it would win."""
    choices.begin()
    set_language(choices.settle(LANGUAGES, key=LANGUAGE, default=DEFAULT_LANGUAGE))
    st.set_page_config(layout="wide", page_icon=str(ROOT / "ui" / "icon.png"))
    st.logo(theme.brand(theme_name()), size="large")
    st.html(theme.css(theme_name(), owner()))


def owner() -> str:
    """Return the municipality's name; nothing while its file has a mistake, which pages tell."""
    try:
        return municipality().name
    except ReferenceDataError:
        return ""


def theme_name() -> str:
    """Return ``light`` or ``dark``, as the visitor's browser shows the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def ask_who() -> Viewer:
    """Return who is asking. With login: what it grants, one role at a time; whoever it grants
    nothing gets a page of their own, and the run ends. Local mode: the role is chosen freely."""
    login = let_in() if login_configured() else None
    roles = [role.value for role in (login.grants.roles if login else Role)]
    mine: Sequence[str] = ()
    codes: Sequence[str] = ()
    with st.sidebar:
        if len(roles) > 1:
            role = choices.select(
                st, _("Visa som"), roles, key=ROLE, default=roles[0], names=role_word
            )
        else:
            role = choices.settle(roles, key=ROLE, default=roles[0])
        if role == Role.HR:
            mine, codes = _ask_departments(login.grants.departments if login else None)
        choices.radio(
            st,
            "Språk · Language",
            LANGUAGES,
            key=LANGUAGE,
            default=DEFAULT_LANGUAGE,
            names=TONGUES.__getitem__,
        )
        if login:
            login.sign_out(role)
        else:
            st.caption(_("Lokalt läge: ingen inloggning, bara den här datorn kan öppna sidorna."))
    asked = st.query_params.get(ROLE)
    if asked and asked not in roles:
        _warn_of_role(asked[:SAID], role, bool(login))
    if codes:
        _warn_of_departments(codes, bool(login))
    # The widgets offer nothing else; a message that somebody has made may.
    return login.grants.viewer(role, mine) if login else Viewer(Role(role), frozenset(mine))


def _warn_of_role(asked: str, role: str, login: bool) -> None:
    if login and asked in [r.value for r in Role]:
        note("denied", role=role, what=f"rollen {asked}")
        title = _("Rollen {role} ingår inte i din behörighet").format(role=role_word(asked))
    else:
        title = _("Rollen {role} finns inte").format(role=asked)
    text = _("Sidan visas för rollen {role}.").format(role=role_word(role))
    st.html(cards.callout("warning", title, text))


def _ask_departments(granted: Collection[str] | None) -> tuple[Sequence[str], Sequence[str]]:
    """Ask which of the loaded departments hr looks at: of all, or of those that are ``granted``.
    Return the codes chosen, and those to choose from."""
    try:
        reader = Reader(load_snapshot(), Viewer(Role.POLITIKER))
    except StoreError:
        return (), ()
    called: dict[str, str] = {}
    for wave in queries.waves(reader)["wave"]:
        grid = queries.departments(reader, wave)
        called |= dict(zip(grid["code"], grid["name"], strict=True))
    codes = [code for code in called if granted is None or code in granted]
    mine = choices.several(
        st,
        _("Mina förvaltningar"),
        codes,
        key=MINE,
        default=codes[:1] if granted is None else codes,
        format_func=lambda code: called.get(code, code),
        placeholder=_("Välj förvaltning"),
    )
    return mine, codes


def _warn_of_departments(known: Sequence[str], login: bool) -> None:
    asked = st.query_params.get(MINE, "").split(choices.SEPARATOR)
    vain = ", ".join(code for code in asked if code and code not in known)[:SAID]
    if not vain:
        return
    if login:
        note("denied", role=Role.HR, what=f"förvaltningen {vain}")
        title = _("Förvaltningen {value} ingår inte i din behörighet").format(value=vain)
        st.html(cards.callout("warning", title, _("Sidan visas för dina egna förvaltningar.")))
    else:
        note_unknown(_("Förvaltningen {value} finns inte").format(value=vain), known)


def pages_for(viewer: Viewer) -> list[Any]:
    """Return the pages that the role may open, for ``st.navigation``.

    The first is a hidden default that leads on: Streamlit drops the address of a default page, and
    every page keeps its own this way. A page that the role lacks has its address answered by a
    page that says so, never by the page itself.
    """
    allowed = [a for a in PAGES if viewer.role in a.roles]
    pages = {a.path: st.Page(ROOT / a.file, title=a.title, url_path=a.path) for a in allowed}

    first = pages[allowed[0].path]

    def start() -> None:
        asked = st.query_params.get("okand")
        if asked:
            _unknown_address(asked[:SAID])
            st.page_link(first)
        else:
            st.switch_page(first, query_params=st.query_params.to_dict())

    def refuse(address: Address) -> Any:
        def refused() -> None:
            _refused(viewer, address)
            st.page_link(first)

        return st.Page(
            refused, title=_("Ingen åtkomst"), url_path=address.path, visibility="hidden"
        )

    return [
        st.Page(start, title="Distanskollen", default=True, visibility="hidden", url_path="start"),
        *pages.values(),
        *(refuse(a) for a in PAGES if a not in allowed),
    ]


def _unknown_address(asked: str) -> None:
    st.title(_("Sidan finns inte"), anchor=False)
    st.html(
        cards.callout(
            "info",
            _("Adressen /{address} leder ingenstans").format(address=asked),
            _("Den kan vara felskriven eller gammal. Börja om här:"),
        )
    )


def _refused(viewer: Viewer, address: Address) -> None:
    role = viewer.role.value
    note("denied", role=role, what=f"sidan /{address.path}")
    text = _("Byt roll i sidofältet, eller be {whom} om en till. Den här sidan har du:")
    if login_configured() and len(let_in().grants.roles) == 1:
        text = _("Behöver du den kan du be {whom} om en roll till. Den här sidan har du:")
    st.title(_("Ingen åtkomst"), anchor=False)
    st.html(
        cards.callout(
            "info",
            _("Rollen {role} har inte den här sidan").format(role=role_word(role)),
            text.format(whom=whom_to_ask()),
        )
    )


def ask_what(viewer: Viewer, page: Any) -> None:
    """Show the shared filters above the page and put the context where pages find it.

    Without anything to choose from (empty or broken store) the page gets no context, and
    ``context()`` says why.
    """
    name = _("Distanskollen")
    st.set_page_config(page_title=name if page.title == name else f"{page.title} · {name}")
    st.session_state[CONTEXT], st.session_state[TITLE] = None, page.title
    st.session_state[VIEWER] = viewer
    try:
        municipality()
        # What any page may need of the rules: a mistake in one is told calmly wherever one goes.
        rules.rulesets()
        rules.base()
        snapshot = load_snapshot()
        reader = Reader(snapshot, viewer)
        waves = queries.waves(reader)
    except (StoreError, ReferenceDataError) as error:
        st.session_state[CONTEXT] = error
        return
    if waves.empty:
        st.session_state[CONTEXT] = EmptyStore(_("Ingen våg är inläst ännu."))
        return
    if page.url_path in ("", "start") or not viewer.sees_results:
        wave, compare, department = _default_wave(waves), None, None
    else:
        here = [a for a in PAGES if a.path == page.url_path]
        of_waves = all(a.waves for a in here)
        compares = of_waves and all(a.compares for a in here)
        departments = all(a.departments for a in here)
        wave, compare, department = _filters(waves, reader, of_waves, compares, departments)
    # After the filters: what was asked for in vain is gone once something else is chosen.
    _warn_of_unknown(waves, reader)
    address = {WAVE: wave, COMPARE: compare, DEPARTMENT: department, ROLE: viewer.role.value}
    if viewer.role is Role.POLITIKER:
        address.pop(ROLE)
    if language() != DEFAULT_LANGUAGE:
        address[LANGUAGE] = language()
    if viewer.departments and viewer.role is Role.HR:
        address[MINE] = ",".join(sorted(viewer.departments))
    st.session_state[CONTEXT] = Context(
        snapshot=snapshot,
        viewer=viewer,
        waves=waves,
        wave=wave,
        compare=compare,
        department=department,
        as_of=queries.register_date(reader),
        theme=theme_name(),
        address={key: value for key, value in address.items() if value},
    )


def _default_wave(waves: Any) -> str:
    """Return the latest wave with answers that is not a made-up example, nor still collecting them
    (of which nothing is shown yet) if there is another; else the latest."""
    answered = waves[waves["answered"] > 0]
    real = answered[answered["kind"] != "exempel"]
    closed = real[~real["collecting"].fillna(False).astype(bool)]
    for table in (closed, real, answered, waves):
        if not table.empty:
            return str(table["wave"].iloc[-1])
    raise AssertionError("waves is not empty")


def _filters(
    waves: Any, reader: Reader, of_waves: bool, compares: bool, departments: bool
) -> tuple[str, str | None, str | None]:
    """Show the filters that all pages share; each only where it changes anything."""
    names = list(waves["wave"])
    labels = dict(zip(names, waves["label"], strict=True))
    with st.container(key="filters"):
        first, second, third = st.columns(3)
    default = _default_wave(waves)
    if of_waves:
        wave = choices.select(
            first, _("Våg"), names, key=WAVE, default=default, names=labels.__getitem__
        )
    else:
        wave, third = choices.keep(names, key=WAVE, default=default), first
    others = [NONE, *(name for name in names if name != wave)]
    if compares:
        compare = choices.select(
            second,
            _("Jämför med"),
            others,
            key=COMPARE,
            default=NONE,
            names=lambda name: labels.get(name, _("Ingen jämförelse")),
        )
    else:
        compare = choices.keep(others, key=COMPARE, default=NONE)
        third = second if of_waves else third
    grid = queries.departments(reader, wave)
    called = dict(zip(grid["code"], grid["name"], strict=True))
    called |= {merging.code: merging.title for merging in together.of_departments(grid["code"])}
    asked: dict[str, Any] = {
        "key": DEPARTMENT,
        "default": NONE,
        "reads": lambda code: _department(code, grid["code"]),
    }
    if departments:
        asked["names"] = lambda code: called.get(code, _("Alla förvaltningar"))
        department = choices.select(third, _("Förvaltning"), [NONE, *called], **asked)
    else:
        department = choices.keep([NONE, *called], **asked)
    return (
        wave,
        None if compare == NONE else compare,
        None if department == NONE else department,
    )


def _department(asked: str, codes: Iterable[str]) -> str:
    """Return the code that an address asks for: a merging may be spelt in several ways."""
    known = list(codes)
    # Typed into an address, a plus arrives as a space.
    asked = next((code for code in known if code.replace("+", " ") == asked), asked)
    found = None if asked in known else together.find(asked, together.of_departments(known))
    return found.code if found else asked


def _warn_of_unknown(waves: Any, reader: Reader) -> None:
    """Say so when the address asks for a wave or department that does not exist.

    Streamlit drops the value without a word, and the reader would take another wave's figures for
    those the link was about.
    """
    wave, known = st.query_params.get(WAVE), list(waves["wave"])
    for asked, also in ((wave, ""), (st.query_params.get(COMPARE), NONE)):
        if asked and asked not in [*known, also]:
            note_unknown(_("Vågen {value} finns inte").format(value=asked[:SAID]), known)
            return
    department = st.query_params.get(DEPARTMENT)
    codes = list(queries.departments(reader, wave or _default_wave(waves))["code"])
    known = [*codes, *(merging.code for merging in together.of_departments(codes))]
    if department and _department(department, codes) not in [*known, NONE]:
        title = _("Förvaltningen {value} finns inte").format(value=department[:SAID])
        note_unknown(title, known)
    asked = st.query_params.get(INDICATOR)
    if asked and asked not in {i.id for i in indicators()}:
        note_unknown(_("Indikatorn {value} finns inte").format(value=asked[:SAID]), ())


def note_unknown(title: str, known: Sequence[str] = ()) -> None:
    """Say that the address asks for what does not exist, and what does (``known``, if few)."""
    text = _("Adressen pekar på något som inte finns. Välj det du söker.")
    if known:
        text = _("Adressen pekar på något som inte är inläst. Det som finns: {known}.").format(
            known=", ".join(known)
        )
    st.html(cards.callout("warning", title, text))


def title(path: str) -> None:
    """Show the title of a page that needs no store, or say which reference file has a mistake."""
    try:
        name = municipality().name
    except ReferenceDataError as error:
        _mistake(error)
        st.stop()
    st.html(f'<p class="dk dk-kicker">{escape(name)}</p>')
    st.title(next(a.title for a in PAGES if a.path == path), anchor=False)


def viewer() -> Viewer:
    """Return who asks, for a page that needs no store."""
    found = st.session_state[VIEWER]
    assert isinstance(found, Viewer)
    return found


def context() -> Context:
    """Return the visit's context, or say calmly why there is none and end the run."""
    found = st.session_state.get(CONTEXT)
    if isinstance(found, Context):
        return found
    if isinstance(found, ReferenceDataError):
        _mistake(found)
        st.stop()
    st.title(st.session_state.get(TITLE) or _("Distanskollen"), anchor=False)
    if isinstance(found, EmptyStore):
        _nothing_yet()
    else:
        st.html(cards.callout("warning", _("Uppgifterna går inte att läsa just nu"), str(found)))
    st.stop()


def _mistake(error: Exception) -> None:
    st.title(st.session_state.get(TITLE) or _("Distanskollen"), anchor=False)
    st.html(cards.callout("warning", _("En fil med fasta uppgifter behöver rättas"), str(error)))


def _nothing_yet() -> None:
    """Say that nothing is loaded; only whoever can run a command is shown one."""
    if viewer().role is not Role.ADMIN:
        text = _(
            "När en våg är inläst visas resultaten här. Den som sköter inläsningen ser som "
            "administratör, på sidan Importera, hur det går till."
        )
        st.html(cards.callout("info", _("Här finns inget att visa ännu"), text))
        return
    st.html(
        cards.callout(
            "info",
            _("Lagret är tomt"),
            _("När uppgifterna är inlästa visas sidan här."),
        )
    )
    importera.how_to()


def lead_on(viewer: Viewer, page: Any) -> None:
    """End a page with the way to the next: nobody should end in the cellar of a long page."""
    found = st.session_state.get(CONTEXT)
    paths = [a for a in PAGES if viewer.role in a.roles]
    names = [a.path for a in paths]
    # The start page and the pages that a role lacks have a way on of their own.
    here = names.index(page.url_path) if page.url_path in names else len(paths)
    if here + 1 < len(paths):
        following = paths[here + 1]
        place = found.link(following.path) if isinstance(found, Context) else f"/{following.path}"
        text = _("Nästa: {page}").format(page=following.title)
        st.html(
            f'<p class="dk dk-next dk-screen"><a href="{escape(place)}" target="_self">'
            f"{escape(text)} →</a></p>"
        )
