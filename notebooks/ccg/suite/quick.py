"""Imported before a notebook is read or served, spares every start 1.5 s; also a plugin of pytest, for its workers.

jsonschema, which checks notebooks, would have rfc3987_syntax build 38 parsers as soon as it is imported, to check
a kind of address that no notebook holds, and isoduration import a library of dates. It does without where there
is none.
"""

import sys

for name in ("rfc3987_syntax", "isoduration"):
    sys.modules.setdefault(name, None)
