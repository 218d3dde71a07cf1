"""Överenskommelser: what needs doing and who must act, and each agreement's whole story."""

import streamlit as st

from ui import register, shell, worklist

context = shell.context()

worklist.head(context)
told = st.container()
choice = worklist.ask(context)
with told:
    worklist.finding(context, choice)

found = register.find(context, choice)
agreement = worklist.show(context, choice, found)
if agreement:
    worklist.story(context, choice, agreement)
