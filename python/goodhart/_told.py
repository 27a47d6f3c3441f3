"""What the program says of something, in memory: as text, JSON, CSV and a page."""

from __future__ import annotations

import html
import io
import json
import os
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    import pandas  # type: ignore[import]


class Told:
    """Findings in words. Whoever is one says them by ``_words``, and what its page is called by ``_title``."""

    __slots__ = ()

    def _words(self) -> tuple[str, str, str, str]:
        """Text, JSON, CSV and page."""
        raise NotImplementedError

    @property
    def _title(self) -> str:
        return type(self).__name__

    @property
    def json(self) -> dict[str, Any]:
        """All of it, as plain values; what is not known is None."""
        found: dict[str, Any] = json.loads(self._words()[1])
        return found

    @property
    def frame(self) -> "pandas.DataFrame":
        """The rows that the program prints with ``--csv``. Needs pandas."""
        try:
            import pandas  # noqa: F811
        except ImportError as error:
            raise ImportError("A frame needs pandas, which is not here: python3-pandas on Debian.") from error
        return pandas.read_csv(io.StringIO(self._words()[2]), float_precision="round_trip")

    def html(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the page, which opens offline in any browser."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._words()[3])

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self._words()[3])}" width="100%" height="700" style="border: 0" '
            f'title="{self._title}"></iframe>'
        )
