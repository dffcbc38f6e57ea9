"""Python's collector of garbage, told to wait while much is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nothing be looked through for garbage within; afterwards the collector is as it was.

    A first import or plan makes some ten thousand things that stay. They set the collector off, and beside a big
    library it then looks through all that the process holds, to no end: a tenth of the first call of ``rebase``. What
    no longer has a name goes at once all the same; only what refers to itself waits. Nested or in two threads, it runs
    again with the first that ends.

    Examples
    --------
    >>> import gc
    >>> with uncollected():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
