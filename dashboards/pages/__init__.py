"""One file a page, run by Streamlit as a script; what a page shows is asked of the store, never computed from files."""
