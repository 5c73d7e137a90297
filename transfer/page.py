"""What all pages share: one file, everything inlined, no external request."""

from __future__ import annotations

from base64 import b64encode
from html import escape


def document(title: str, kicker: str, headline: str, style: str, body: str) -> str:
    """A whole page.

    Args:
        title: of the window.
        kicker: small line above the headline.
        headline: what the page says.
        style: CSS.
        body: HTML below the headline.
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>"
        f'<header><p class="kicker">{escape(kicker)}</p><h1>{escape(headline)}</h1></header>'
        f"{body}</main></body></html>\n"
    )


def data_uri(content: bytes, form: str) -> str:
    """A picture file as part of a page; form: jpeg, png or gif."""
    return f"data:image/{form};base64,{b64encode(content).decode()}"
