"""What a page carries inside: its policy, data for its script, pictures as addresses."""

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from typing import Any


def packed(text: str) -> str:
    """Text for the page's script to unpack: gzip in base64, a quarter of its size or less."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def as_json(content: Any) -> str:
    """JSON that no markup can begin or end in."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(style: str, scripts: Sequence[str], beside: bool = False) -> str:
    """What a page may do: show its own images, use its own style and scripts, nothing else.

    beside: also scripts that stand in files of the report.
    """
    allowed = [*(["'self'"] if beside else []), *(f"'{_digest(script)}'" for script in scripts)]
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_digest(style)}'",
            f"script-src {' '.join(allowed)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
