"""Pages for people: HTML, its static files, the API reference."""
