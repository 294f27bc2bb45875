"""`python -m agi.pages.serve`: the process of the pages, which `hotline up` keeps running."""

import uvicorn

from agi import log
from agi.ops.private import begin_private
from agi.pages.application import application
from agi.settings import ROOT, Settings

_STOP_S = 2


def main() -> None:
    """Serve until the process is told to end."""
    begin_private()
    settings = Settings()
    log.configure(settings, "pages", console=True)
    pages = settings.pages
    tls = settings.secure_pages
    uvicorn.run(
        application(settings),
        host=pages.listen,
        port=pages.port,
        log_config=None,
        access_log=False,  # a path may hold what somebody searched for
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_S,
        ws="websockets-sansio",
        ssl_certfile=str(ROOT / pages.certificate) if tls else None,
        ssl_keyfile=str(ROOT / pages.certificate_key) if tls else None,
    )


if __name__ == "__main__":
    main()
