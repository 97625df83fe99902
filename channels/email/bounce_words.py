"""From the words of a mail server to an enhanced status code (RFC 3463)."""

import re
from functools import lru_cache
from typing import Any

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\.\d)")
MOST_CHARACTERS = 100_000
REPLY = re.compile(r"(?<![\d.\-/:\[])([45]\d\d)(?=[ -](?![\d.]*\d{3}))")

REASONS = (
    ("5.1.1", (r"user unknown|unknown user|no such (?:user|mailbox|recipient|account|address|person)|does(?: not|n't) (?:exist|have)"
              r"|unknown (?:local|recipient|address|mailbox|account|email)|mailbox unavailable|invalid (?:recipient|receiver"
              r"|mailbox|user|address"
              r"|account)"
              r"|unrouteable address|not a valid (?:user|mailbox|recipient)|addressee unknown|no mailbox here|mailbox not found"
              r"|undeliverable address|may not exist|no valid recipients|user not found|recipient not found|couldn't be found"
              r"|not a known user|bad destination|is not (?:a )?(?:local|valid|known)|not listed in|n'existe pas"
              r"|not our customer")),
    ("5.1.2", (r"host (?:or domain name )?(?:\S+ )?(?:not found|unknown)|unknown host|no such (?:host|domain)|domain (?:does not exist"
               r"|not found)"
              r"|unrouteable (?:mail )?domain|name or service not known|name service error|can't find any host|no route to domain")),
    ("5.2.1", (r"disabled|inactive|suspended|deactivated|no longer (?:active|in use|valid|accepts)|account (?:has been )?(?:closed"
               r"|locked)")),
    ("5.2.2", (r"mailbox (?:is |too )?(?:full|exceed|large)|over ?quota|quota (?:exceeded|full)|exceed\w* (?:the )?(?:storage|quota"
               r"|mailbox|disk)"
              r"|insufficient (?:disk|system storage|space)|not enough (?:storage|space)|disk quota|\bis full|storage allocation")),
    ("5.3.4", (r"message (?:is )?too (?:large|big)|size (?:limit )?exceed|exceeds (?:the )?(?:maximum|size|fixed|limit|administrative)"
               r"|maximum (?:message|allowed) size")),
    ("5.7.1", (r"\bspam|blocked|blacklist|block list|access denied|prohibited|rejected (?:by|for|due)|policy|not (?:authorized|permitted"
               r"|allowed)"
              r"|\brelay|refused to accept|not accepting (?:mail|messages)|dmarc|\bspf\b|virus|reputation|authentication required|banned")),
    ("5.4.6", (r"routing loop|mail loop|too many hops|hop count|loops back")),
    ("4.4.7", (r"timed? ?out|time limit|could not (?:be delivered|deliver) for|retry time|delivery (?:has been |is )?delayed|expired"
               r"|giving up|too old|delivery failed \d+ attempts"
              r"|will (?:keep trying|be retried|continue)|not yet been")),
    ("4.4.1", (r"connection (?:refused|timed|reset|lost|failed)|no answer|could not connect|unable to connect|network error|not responding"
               r"|host unreachable|try again|temporar")),
)
COMPILED = [(status, re.compile(words, re.IGNORECASE)) for status, words in REASONS]
FAILED = re.compile(
    r"(?:could ?n(?:o|')?t|can ?not|can't|unable to|not able to|failed to|error|trouble|problems?|failure|failed"
    r"|did not)[\w\s,']{0,60}(?:deliver|send\b|sent\b|reach)"
    r"|undeliver|delivery (?:has |to [^\n]{1,80} )?(?:failed|errors?|failure|problems|delayed)|(?:not"
    r"|never) (?:yet )?(?:been )?delivered|(?:permanent|fatal) (?:fatal )?errors?"
    r"|was (?:automatically )?rejected|rejected by|returned (?:mail|to sender|message|to you)|user unknown|unknown user|no such user"
    r"|invalid user|mailbox [^\n]{0,20}full"
    r"|quota exceeded|over quota|failure reasons|transcript of session|not been delivered|\b5\d\d[ -]5\.\d|addresses had|deferred"
    r"|mailbox unavailable|failed recipients"
    r"|nicht zugestellt|n'a pas pu|n'existe pas|non remis|no se (?:ha )?(?:pudo|podido) entregar|non è stato possibile|não (?:pôde"
    r"|foi possível)|не удалось доставить"
    r"|no valid recipients|had delivery (?:problems|errors)|kunde inte|kunne ikke|ei voitu|nie powiod|nepodařilo|nepodarilo|sikertelen"
    r"|mislukt|niet (?:worden )?bezorgd|fehler bei|échec|fallo|error en la entrega|falha|non riuscito|başarısız|не удалось|не вдалося"
    r"|αποτυχία|失敗|送信でき|失败|未能|无法|無法|실패|נכשל|no pudo ser entregado|配信でき|エラー|تعذ?[ّ]?ر (?:تسليم|توصيل)|لم يتم تسليم"
    r"|فشل (?:ال)?تسليم", re.IGNORECASE)
DELAY = re.compile(
    r"still being retried|warning (?:message )?only|(?:has been|is|was|been) delayed|delivery delayed|temporary failure"
    r"|not yet (?:been )?delivered"
    r"|hasn't been delivered yet|will (?:be retried|keep trying|continue|be attempted)|(?:retried|try) for|still undelivered"
    r"|message delayed"
    r"|no action is required|wird weiterhin versucht|verzögert|retardé|retrasad|ritardat|vertraagd|försenat|forsinket|opóźnion"
    r"|задерж|gecikti"
    r"|تأخ[ّ]?ر (?:ال)?تسليم|تأخير (?:ال)?تسليم|遅延|延迟|延遲|지연", re.IGNORECASE)
FINAL = re.compile(
    r"giv(?:en|ing) up|failed permanently|permanent (?:fatal )?(?:error|failure)|not (?:going to )?(?:be )?(?:try|tried|retr\w+) again"
    r"|has been removed|returned to sender|expired", re.IGNORECASE)


def is_delay(subject: str, notice: str) -> bool:
    """A warning that a mail is late and is still being tried: no failure yet, whatever the server said meanwhile."""
    said = f"{subject}\n{notice[:MOST_CHARACTERS]}"
    return bool(DELAY.search(said)) and not FINAL.search(said) and not stated_status(notice).startswith("5")


def delayed(recipient: dict[str, Any]) -> dict[str, Any]:
    """The same recipient as one to whom it will still be tried (RFC 3463: class 4)."""
    status = recipient["status"]
    return {**recipient, "permanent": False, "status": status if status.startswith("4") else "4.4.7"}


def stated_status(text: str) -> str:
    """The most telling enhanced code that a text states: one that is not x.0.0 before one that is; "" when it states none."""
    stated = [".".join(found) for found in ENHANCED.findall(text) if found[0] != "2"]
    return next((status for status in stated if not status.endswith(".0.0")), stated[0] if stated else "")


@lru_cache(maxsize=4)  # a report on hundreds of recipients asks of one text hundreds of times
def guessed_status(text: str) -> str:
    """What the words mean, else the class of an SMTP reply code, else ""; of a long text its beginning is looked at."""
    text = text[:MOST_CHARACTERS]
    reply = REPLY.search(text)
    guess = next((status for status, words in COMPILED if words.search(text)), "")
    if reply and (not guess or guess[0] != reply.group(1)[0]):
        return f"{reply.group(1)[0]}.0.0" if not guess else f"{reply.group(1)[0]}{guess[1:]}"
    return guess
