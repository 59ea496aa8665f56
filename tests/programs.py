"""Programs that ask the open data API."""

from guizhou_portal.exchange.open_data.resources import resources

API = "/api/v1/"
NAMES = [one.name for one in resources()]
PROBLEM = "application/problem+json"


def records(client, name, **query):
    return client.get(f"{API}{name}/", query).json()["results"]


def problem(response, status):
    """The problem details, which say of themselves what they are."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    found = response.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "instance"} <= found.keys()
    return found


def everything(client):
    """All that the API tells, as one text."""
    return (
        "".join(client.get(f"{API}{name}/", {"limit": 100}).content.decode() for name in NAMES)
        + client.get(API).content.decode()
    )
