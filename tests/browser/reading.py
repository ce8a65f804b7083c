"""What the tests in the browser share: sizes of screens, a hostile name, the check of axe-core."""

import json

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HOSTILE = "</script><script>document.title = 'broken in'</script><b>\"bold\"</b> & 'more'"


def serious(page, axe: str) -> list[str]:
    """Violations that axe-core calls serious or critical, with the element of each."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        json.dumps([each["id"], each["nodes"][0]["html"][:200]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
