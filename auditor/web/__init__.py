"""The web server: the dashboard with our routes and protections around it."""
