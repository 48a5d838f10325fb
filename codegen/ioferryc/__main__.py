# SPDX-License-Identifier: MIT
"""python3 -m ioferryc"""

import sys

try:
    import jinja2 as _jinja2  # noqa: F401  # pylint: disable=unused-import
    import lark as _lark  # noqa: F401  # pylint: disable=unused-import
except ImportError as _error:
    sys.exit(
        f"ioferryc: {sys.executable} has no module '{_error.name}'.\n"
        "On Debian: apt-get install python3-lark python3-jinja2, and run it with /usr/bin/python3."
    )

from .cli import main  # pylint: disable=wrong-import-position

sys.exit(main())
