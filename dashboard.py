"""Entry of Distanskollen: the ASGI app for a server, and the script Streamlit runs per visitor.

A server imports this file under its own name (``dashboard``) and takes ``app``. Streamlit then runs
the same file for each visitor under the name ``__main__``; only that branch draws anything.
"""

import streamlit as st


def main() -> None:
    """Draw the page of one visitor."""
    from ui import shell

    shell.dress()
    viewer = shell.ask_who()
    page = st.navigation(shell.pages_for(viewer), position="sidebar", expanded=True)
    shell.ask_what(viewer, page)
    page.run()
    shell.lead_on(viewer, page)


if __name__ == "__main__":
    main()
else:
    from ui import server

    app = st.App(__file__, **server.guards(__file__))
