"""For any WSGI server: `gunicorn wsgi:app`. Event streams need the desk's own web part (`helpdesk run`); without it pages poll."""

from helpdesk.app import create_app
from helpdesk.serving.layers import layered

app = create_app()
app.wsgi_app = layered(app.wsgi_app)  # type: ignore[assignment, method-assign]
