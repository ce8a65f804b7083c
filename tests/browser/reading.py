"""What the tests in the browser share: sizes of screens, a hostile name, the check of axe-core, a clock."""

import json

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HOSTILE = "</script><script>document.title = 'broken in'</script><b>\"bold\"</b> & 'more'"


def violations(page, axe: str) -> list[str]:
    """All that axe-core objects to, with the element of each."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [json.dumps([each["id"], each["nodes"][0]["html"][:200]]) for each in found]


def cpu_ms(page, script: str) -> float:
    """CPU milliseconds of the page's main thread for `script`: other work of the machine adds nothing."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(session)
    page.evaluate(script)
    took = _busy(session) - before
    session.detach()
    return took * 1000


def _busy(session) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")
