"""The dashboard: Streamlit pages that show what the store knows, one question a page."""
