"""What the tests in the browser share: sizes of screens, a hostile name, the check of axe-core."""

import json

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HOSTILE = "</script><script>document.title = 'broken in'</script><b>\"bold\"</b> & 'more'"


def violations(page, axe: str) -> list[str]:
    """All that axe-core objects to, with the element of each."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [json.dumps([each["id"], each["nodes"][0]["html"][:200]]) for each in found]
