"""One file a page, run by Streamlit as a script; what a page shows is asked of the store, never computed from files.

The folder must not be called ``pages``: Streamlit runs the files of a folder of that name by itself, past ``app.py``.
"""
